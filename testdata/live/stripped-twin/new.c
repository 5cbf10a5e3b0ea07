// The same, with another factor.
#include <stdio.h>

struct tally { int asked, kept; };
static struct tally tally = { 0, 3 };
static int scale(int question) { static int calls; return question * 5 + ++calls; }

__attribute__((noinline)) int answer(int question)
{
    tally.asked++;
    return scale(question);
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d of %d\n", answer(question), tally.asked);
        fflush(stdout);
    }
    return 0;
}
