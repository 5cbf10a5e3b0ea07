static int seen[16];
void note(int n) { seen[n % 16]++; }
int count(int n) { return seen[n]; }
