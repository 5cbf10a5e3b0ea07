int total = 5;
extern int table[];
int table[4];
void add(int n) { total += n; table[1] += n; }
