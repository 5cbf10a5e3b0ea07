#include <stdio.h>
#include <unistd.h>
int table[64];
static __attribute__((noinline)) int leaf(int n) { double t = n, u = 1; for (int i = 0; i < n; i++) { t = t * u + i; u += t; } return table[n & 63] + n * 5 + (t < 0); }
__attribute__((noinline)) void out(long *v) { printf("%ld\n", *v); fflush(stdout); }
int main(void) {
    char line[16]; long last = 0;
    for (;;) {
        if (read(0, line, 16) != 16) _exit(0);
        long a = line[0], b = line[1], c = line[2], d = line[3], e = line[4], f = line[5], g = line[6], h = line[7], i = line[8], j = line[9];
        long x = leaf(a);
        last = (a ^ b) + (c ^ d) * 3 + (e ^ f) * 5 + (g ^ h) * 7 + (i ^ j) * 9 + x * a * b * c * d * e * f * g * h * i * j;
        out(&last);
    }
}
