#include <stdio.h>
struct limits { long clients; };
static struct limits limits = {10};
static const int factor = 4;
static volatile int stuck;
static int idle;
static inline int half(int n) { return n / 3; }
__attribute__((noinline)) int show(int n) { return printf("%d %ld\n", half(n) * factor + idle, limits.clients); }
__attribute__((noinline)) void spin(int n) { limits.clients = n; while (stuck) puts("stuck"); }
int main(int argc, char **argv) { (void)argv; puts("ready"); spin(argc); return show(argc) < 0; }
