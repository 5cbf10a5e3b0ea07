int next(int n) { static int last = 7; int was = last; last = n; return was; }
