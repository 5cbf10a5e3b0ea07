struct job { long small; int after; int bit; };
int f(struct job *j) { j->small++; j->bit = 2; return j->small += j->after; }
long g(struct job *j) { return f(j); }
