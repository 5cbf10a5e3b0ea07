extern __inline __attribute__((__always_inline__)) int wrapped(int n, ...) { return __builtin_va_arg_pack_len() + n; }
__inline int emitted(int n) { return n + 2; }
int entry(int n) { return wrapped(n, 1, 2) + emitted(n); }
int main(int argc, char **argv) { (void)argv; return entry(argc); }
