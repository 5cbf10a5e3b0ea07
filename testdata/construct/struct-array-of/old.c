struct slot { int used; int owner; };
static struct slot slots[8];
int owner_of(int n) { return slots[n].used ? slots[n].owner : -1; }
