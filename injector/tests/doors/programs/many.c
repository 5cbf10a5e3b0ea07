// More threads than doors: the others get none, and are told all the same.
// watch: serve
// doors: 1024
// inside: 1100
// left: 1024
// expect: all 1100
#include "common.h"

#define THREADS 1100

static int pipes[2], waiting, returned;

OUTSIDE int serve(void)
{
    char byte;
    __atomic_add_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
    int size = (int)read(pipes[0], &byte, 1);
    ORDINARY;
    return size;
}

static void *thread(void *argument)
{
    int size = serve();
    ORDINARY;
    __atomic_add_fetch(&returned, size, __ATOMIC_SEQ_CST);
    return argument;
}

int main(void)
{
    static pthread_t ids[THREADS];
    static char bytes[THREADS];
    char line[32];
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    if (pipe(pipes))
        return 1;
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&ids[i], &small, thread, 0))
            return 1;
    while (__atomic_load_n(&waiting, __ATOMIC_SEQ_CST) < THREADS)
        sched_yield();
    ready();
    if (write(pipes[1], bytes, sizeof bytes) != sizeof bytes)
        return 1;
    for (int i = 0; i < THREADS; i++)
        pthread_join(ids[i], 0);
    snprintf(line, sizeof line, "all %d", returned);
    say(line);
    done();
    return 0;
}
