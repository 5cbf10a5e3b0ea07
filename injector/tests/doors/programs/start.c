// The function is a thread's start: its caller is the C library.
// watch: start
// doors: 1
// left: 1
// expect: result 9
#include "common.h"

OUTSIDE void *start(void *argument)
{
    ready();
    return (char *)argument + 2;
}

int main(void)
{
    char line[32];
    pthread_t id;
    void *result;
    if (pthread_create(&id, 0, start, (void *)7) || pthread_join(id, &result))
        return 1;
    snprintf(line, sizeof line, "result %ld", (long)result);
    say(line);
    done();
    return 0;
}
