int step(int n) { static struct { int sum, count; } seen; seen.sum += n; seen.count++; return seen.sum / seen.count + 1; }
