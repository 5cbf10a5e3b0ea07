struct slot { int used; long since; int owner; };
static struct slot slots[12];
int owner_of(int n) { return slots[n].used ? slots[n].owner : -1; }
