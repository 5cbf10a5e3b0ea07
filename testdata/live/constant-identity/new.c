// Old code holds addresses of constant tables, and compares them with those that new code returns.
#include <stdio.h>

static const int primes[] = {2, 3, 5, 7};
static const int squares[] = {0, 1, 4, 9};

static const int *current = squares;

__attribute__((noinline)) void choose(int question)
{
    puts("choose again");
    current = question & 1 ? primes : squares;
}

__attribute__((noinline)) const int *cubes(void)
{
    static const int table[] = {0, 1, 8, 27};
    puts("cubes");
    return table;
}

__attribute__((noinline)) const int *local(int question)
{
    static const int table[] = {5, 6, 7, 8};
    printf("local %d again\n", question);
    return table;
}

static const int *kept;

__attribute__((noinline)) int answer(int question)
{
    int same = kept == local(question);
    kept = local(question);
    printf("same %d\n", same);
    choose(question);
    return current == primes ? 1000 + current[question & 3] : current == cubes() ? 2 : current[question & 3];
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d\n", answer(question));
        fflush(stdout);
    }
    return 0;
}
