typedef long long unit;
static unit twice(unit unit) { return unit * 2; }
int wide(void) { unit u = 70000; return (int)twice(u) + (int)sizeof(unit); }
