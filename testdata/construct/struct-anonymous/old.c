static struct { int hits; int misses; } cache;
void hit(void) { cache.hits++; }
void miss(void) { cache.misses++; }
