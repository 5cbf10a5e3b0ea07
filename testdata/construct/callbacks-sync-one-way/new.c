static long count;
int next(void) { return (int)++count; }
