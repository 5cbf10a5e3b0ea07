static long count;
static double rate;
void add(int n) { count += n; rate = rate * 0.5f; }
int get(void) { return count; }
