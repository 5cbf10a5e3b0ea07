// Vectors in registers of 32 bytes: passed, returned, and kept across a call that leaves them alone.
#include <immintrin.h>
#include <stdio.h>

#define SHAPE __attribute__((noinline))

typedef double four __attribute__((vector_size(32)));
enum { VERSION = 3 };

SHAPE __attribute__((noipa)) four scale(four a, four b) { return a * b + VERSION; }
SHAPE __attribute__((noipa)) __m256d twice(__m256d a) { return _mm256_add_pd(a, _mm256_set1_pd(VERSION)); }
SHAPE __attribute__((noipa)) unsigned bits(unsigned x) { return _mm_popcnt_u32(x) * VERSION; }

volatile int changing;
SHAPE int step(int x)
{
    four many = {x, changing, x, 4}, more = {4, 3, 2, x};
    many = many * more + more * more - many / more;
    more = many * many + more;
    return x + changing + (int)(many[1] + more[0] + more[3]);
}

/* The compiler knows that step() leaves vector registers alone. */
SHAPE double keeps(four *all, int x)
{
    four kept = *all + 1.0;
    int y = step(x);
    kept += (double)y;
    return kept[0] + kept[1] * 10 + kept[2] * 100 + kept[3] * 1000;
}

/* Who calls through it knows nothing of what it does. */
double (*volatile keeping)(four *, int) = keeps;

int main(void)
{
    char line[64];
    int x;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &x) == 1) {
        four some = {x, 1, 2, 3};
        four scaled = scale(some, some);
        scaled = twice(scaled);
        printf("%.1f %.1f %u %.1f\n", scaled[0], scaled[3], bits(255), keeping(&some, x));
        fflush(stdout);
    }
    return 0;
}
