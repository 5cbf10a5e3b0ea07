struct job { int gone; char small; int before; unsigned bit : 1; };
int f(struct job *j) { return j->gone + j->small + j->before + j->bit; }
