// Workers come and go all the time, each in a function that holds on to a struct which changes.
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORKERS 4

struct counts {
    int rounds;
    int left;
};
struct counts counts = {0, 150};
static int answers[2];

__attribute__((noipa)) void report(void)
{
    char answer = counts.rounds >= 0 ? 'o' : '?';
    if (write(answers[1], &answer, 1) != 1)
        _exit(9);
}

__attribute__((noipa)) void count(void)
{
    counts.rounds++;
    counts.left--;
}

/* Stays as long as the worker has something to do, and checks what others count for it. */
__attribute__((noipa)) int serve(void)
{
    struct timespec pause = {0, 2000000};
    while (counts.left > 0) {
        int before = counts.rounds;
        count();
        report();
        if (counts.rounds != before + 1 || counts.rounds + counts.left != 150)
            return 1;
        nanosleep(&pause, 0);
    }
    return 0;
}

static void start(void)
{
    pid_t child = fork();
    if (child < 0)
        exit(8);
    if (child == 0)
        _exit(serve());
}

int main(void)
{
    char line[64];
    int wrong = 0, wanted = 0;
    if (pipe(answers))
        return 1;
    for (int i = 0; i < WORKERS; i++)
        start();
    puts("ready");
    fflush(stdout);
    struct pollfd polled[2] = {{.fd = 0, .events = POLLIN}, {.fd = answers[0], .events = POLLIN}};
    int seen[256] = {0};
    for (;;) {
        int status;
        poll(polled, 2, 1);
        while (waitpid(-1, &status, WNOHANG) > 0) {
            if (status)
                wrong++;
            start();
        }
        if (polled[1].revents) {
            static unsigned char got[1 << 16]; // all that the pipe holds
            long count = read(answers[0], got, sizeof got);
            for (long i = 0; i < count; i++)
                seen[got[i]]++;
        }
        if (polled[0].revents && !wanted) {
            if (!fgets(line, sizeof line, stdin))
                break;
            memset(seen, 0, sizeof seen);
            wanted = 60;
        }
        if (wanted && seen['o'] + seen['n'] + seen['?'] >= wanted) {
            printf("old %s new %s wrong %d\n", seen['o'] ? "yes" : "no", seen['n'] ? "yes" : "no", wrong);
            fflush(stdout);
            wanted = 0;
        }
    }
    return 0;
}
