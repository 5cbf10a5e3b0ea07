struct flags { unsigned open:1; int kind:5; int :4; unsigned level:7; _Bool ready:1; unsigned plain; } g;
int get(void) { return g.open + g.kind + g.level + g.ready + g.plain; }
