typedef struct { int a; int b; } item_t;
static item_t item;
int get(void) { return item.a; }
unsigned long size(void) { return sizeof(item_t); }
