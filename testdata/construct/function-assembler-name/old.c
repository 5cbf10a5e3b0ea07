extern int read_it(const char *format, ...) __asm__("" "__isoc99_read") __attribute__((nonnull(1)));
int get(const char *f) { return read_it(f, 1); }
