#include <stdio.h>
static void release(int *p) { printf("b%d\n", *p); }
static int answer(void) { return 43; }
static long unused __attribute__((unused)) = 4;
struct sized { char c __attribute__((aligned(sizeof(long)))); _Alignas(long) char d; };
_Static_assert(sizeof(unused) == sizeof(long), "size");
int second(void) __attribute__((alias("answer")));
int other(void) { int x __attribute__((cleanup(release))) = 2; return sizeof(struct sized); }
