struct one { int n; };
int count;
int take(struct one *o) { return o->n + 1; }
