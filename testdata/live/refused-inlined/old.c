// The function is inlined into another one, which the patch does not replace.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline __attribute__((always_inline)) int triple(int question)
{
    return question * 3 + 1;
}

int (*volatile pointer)(int) = triple;

__attribute__((noinline)) int answer(int question)
{
    return triple(question);
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d %d\n", answer(question), pointer(question));
        fflush(stdout);
    }
    return 0;
}
