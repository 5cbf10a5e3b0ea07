unsigned int total;
unsigned int kept = 7;
__attribute__((noipa)) void add(int n) { total += n; }
