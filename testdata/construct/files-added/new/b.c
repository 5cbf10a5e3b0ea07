int moved(int n) { return n; }
int b(int n) { return n; }
