// Variables of the C library, of which a program that is not position-independent holds the copy.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((noinline)) int fail(int n)
{
    errno = n;
    return -1;
}

__attribute__((noinline)) void answer(int question)
{
    fail(question);
    int error = errno;
    fprintf(stderr, "answer %d %d %s %s %s %s\n", error, optind, optarg, environ[1], getenv("ONE"),
            program_invocation_short_name);
    fflush(stderr);
}

int main(void)
{
    static char *variables[] = {"ONE=1", "TWO=2", 0};
    char line[64];
    int question;
    program_invocation_short_name = "somebody";
    environ = variables;
    optind = 17;
    optarg = "argument";
    stderr = stdout;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1)
        answer(question);
    return 0;
}
