extern void hook(void) __attribute__((weak));
__attribute__((weak)) int plugin(int n) { return n + 1; }
int call(int n) { if (hook) hook(); return plugin(n) + 1; }
