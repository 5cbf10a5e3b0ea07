// The process forks inside of the function: both leave through the door.
// watch: serve
// doors: 1
// left: 1
// expect: child 5
// expect: parent 5
#include "common.h"

OUTSIDE pid_t serve(int *five)
{
    ready();
    *five = 5;
    pid_t child = fork();
    ORDINARY;
    return child;
}

int main(void)
{
    char line[32];
    int five = 0, status;
    pid_t child = serve(&five);
    if (child == 0) {
        snprintf(line, sizeof line, "child %d", five);
        say(line);
        exit(3);
    }
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 3)
        say("child died");
    snprintf(line, sizeof line, "parent %d", five);
    say(line);
    done();
    return 0;
}
