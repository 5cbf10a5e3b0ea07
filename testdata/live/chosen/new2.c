// Functions chosen when the program starts: called from new code, chosen codes replaced, made for several processors.
#include <stdio.h>

__attribute__((noinline)) static int plain(int n)
{
    printf("plain %d\n", n);
    return n * 3;
}

__attribute__((noinline)) static int fancy(int n)
{
    printf("fancy %d\n", n);
    return n * 6;
}

static int (*choose(void))(int)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("sse2") ? fancy : plain;
}
int scale(int n) __attribute__((ifunc("choose")));

__attribute__((target_clones("default", "avx2"))) int sum(int n)
{
    int sum = 0;
    for (int i = 0; i < (n & 31); i++)
        sum += i * n;
    return sum + 3;
}

__attribute__((target_clones("default", "avx2"))) int product(int n)
{
    int product = 1;
    for (int i = 1; i < (n & 7); i++)
        product *= i + n + 1;
    return product;
}

__attribute__((noinline)) void answer(int question)
{
    int scaled = scale(question);
    printf("answer: %d %d %d\n", scaled, sum(question), product(question));
    fflush(stdout);
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1)
        answer(question);
    return 0;
}
