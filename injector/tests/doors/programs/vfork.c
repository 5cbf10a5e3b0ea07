// A child of vfork runs inside of the function, on its parent's stack.
// watch: serve
// doors: 1
// left: 1
// expect: child 3
#include "common.h"

OUTSIDE pid_t serve(void)
{
    ready();
    pid_t child = vfork();
    if (child == 0)
        _exit(3);
    return child;
}

int main(void)
{
    char line[32];
    int status;
    pid_t child = serve();
    ORDINARY;
    if (waitpid(child, &status, 0) != child)
        return 1;
    snprintf(line, sizeof line, "child %d", WEXITSTATUS(status));
    say(line);
    done();
    return 0;
}
