typedef union { const struct plain *plain; const struct wide *wide; } any;
struct wide { int family; long address; };
int level(any of) { return of.wide->family; }
int entry(const struct wide *w) { return w->family + (w->address > 8); }
int main(int argc, char **argv) { struct wide w = {argc, argv != 0}; return entry(&w) + level((any){.wide = &w}); }
