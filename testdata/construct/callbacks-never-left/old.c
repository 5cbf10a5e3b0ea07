int f(void) { return 1; }
void serve(void) { for (;;) f(); }
