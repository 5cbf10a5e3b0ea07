struct entry { long key; };
static struct entry table[2];
static char *count;
int f(void) { return (int)table[0].key + (count != 0); }
