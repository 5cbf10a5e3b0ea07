static int value = 50;
int shared = 1000;
static int pair(int a) { return a + value; }
int other(void) { int r = value; { int value = r + 1, *p = &value; r += *p + sizeof(value); } return pair(r); }
