long labs(long n);
long twice(long n) { return labs(n) + 1; }
