typedef int count_t;
static count_t count;
void add(count_t n) { count += n; }
count_t get(void) { return count; }
