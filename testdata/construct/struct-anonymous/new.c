static struct { int hits; int stale; int misses; } cache;
void hit(void) { cache.hits++; }
void miss(void) { cache.misses++; cache.stale++; }
