__extension__ extern long long int outside(const char *text);
__extension__ static long long int wide(int n) { return n; }
__extension__ long long int total;
long long entry(const char *text) { return total + outside(text) + wide(3) * 2; }
