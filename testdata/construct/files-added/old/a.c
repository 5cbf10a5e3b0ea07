int moved(int n) { return n; }
int a(int n) { return moved(n); }
