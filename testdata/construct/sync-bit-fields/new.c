struct flags { unsigned level:3; _Bool open; int kind:9; int ready; unsigned plain:12; } g;
int get(void) { return g.open + g.kind + g.level + g.ready + g.plain; }
