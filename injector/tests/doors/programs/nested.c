// Recursion: only the outermost activation on each stack gets a door. Two functions
// on one stack have each their own.
// build: gcc -O2
// build: gcc -O1 -fsanitize=address
// build: gcc -O1 -fsanitize=thread
// watch: deeper outer
// doors: 2
// left: 2
// expect: sum 16
#include "common.h"

OUTSIDE int deeper(int n)
{
    if (n == 0) {
        ready();
        return 1;
    }
    int below = deeper(n - 1);
    ORDINARY;
    return below + n;
}

OUTSIDE int outer(int n)
{
    int sum = deeper(n);
    ORDINARY;
    return sum;
}

int main(void)
{
    char line[32];
    snprintf(line, sizeof line, "sum %d", outer(5));
    say(line);
    done();
    return 0;
}
