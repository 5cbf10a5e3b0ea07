long labs(long n) { return n < 0 ? -n * 2 : n * 2; }
long twice(long n) { return labs(n) + 1; }
