long labs(long n) { return n < 0 ? -n * 2 : n * 2; }
long twice(long n) { return labs(n) + 1; }
static long (*const table[])(long) = { labs };
long by_table(long n) { return table[n & 0](n); }
static long (*kept)(long) = labs;
long by_pointer(long n) { return kept(n); }
