#include <stdio.h>
__attribute__((noipa, aligned(1))) void idle(void) { printf("something\n"); }
__attribute__((noipa, aligned(1))) int after(int n) { return n * 3; }
__attribute__((noipa)) int user(int n) { idle(); putchar(10); return after(n); }
int main(int argc, char **argv) { (void)argv; printf("%d\n", user(argc)); return 0; }
