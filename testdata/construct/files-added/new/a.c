int moved(int n);
int extra(int n);
int a(int n) { return moved(n) + extra(n); }
