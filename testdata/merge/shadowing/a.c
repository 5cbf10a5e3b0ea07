#include <stdio.h>
static int value = 1;
struct pair { int value, other; };
int other(void);
static int f(int value) { return value; }
int main(void) {
  struct pair pair = { .value = 2, .other = 3 };
  int total = value + f(4) + pair.value;
  for (int value = 0; value < 3; value++) total += value;
  { extern int shared; total += shared; }
  goto value;
value:
  { enum { value = 100 }; total += value; }
  printf("%d %d %d\n", total, value, other());
  return 0;
}
