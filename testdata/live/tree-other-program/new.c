// A descendant that runs another program is none of the tree's business.
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <signal.h>
#include <unistd.h>

__attribute__((noinline, noclone)) int answer(void) { return 2; }

int main(void)
{
    char line[16];
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("sleep", "sleep", "1000", (char *)0);
        _exit(1);
    }
    printf("started %d\n", child);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        printf("answer %d\n", answer());
        fflush(stdout);
    }
    kill(child, SIGKILL);
    return 0;
}
