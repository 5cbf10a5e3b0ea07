extern void hook(void) __attribute__((weak));
__attribute__((weak)) int plugin(int n) { return n; }
int call(int n) { if (hook) hook(); return plugin(n); }
