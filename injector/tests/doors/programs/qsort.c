// The function is called back by the C library.
// watch: compare
// doors: 1
// left: 1
// expect: sorted 1 2 3
#include "common.h"

OUTSIDE int compare(const void *left, const void *right)
{
    static int times;
    if (times++ == 0)
        ready();
    return *(const int *)left - *(const int *)right;
}

int main(void)
{
    char line[32];
    int numbers[3] = {3, 1, 2};
    qsort(numbers, 3, sizeof(int), compare);
    snprintf(line, sizeof line, "sorted %d %d %d", numbers[0], numbers[1], numbers[2]);
    say(line);
    done();
    return 0;
}
