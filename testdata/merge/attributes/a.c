#include <stdio.h>
static void release(int *p) { printf("a%d\n", *p); }
static int answer(void) { return 42; }
int first(void) __attribute__((alias("answer")));
int second(void); int other(void);
static int unused __attribute__((unused)) = 3;
int main(void) { int x __attribute__((cleanup(release))) = 1; printf("%d %d %d\n", first(), second(), other()); return 0; }
