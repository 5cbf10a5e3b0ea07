static int seen[4];
void note(int n) { seen[n % 4]++; }
int count(int n) { return seen[n]; }
