struct entry { int key; };
static struct entry table[2];
static int count;
int f(void) { return table[0].key + count; }
