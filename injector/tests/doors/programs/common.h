// What the programs share: they say when all threads are where the doors are to be,
// go on at a line, and say when they are through.
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTSIDE __attribute__((noinline, noclone))
// No return in its place: what follows a call makes it an ordinary one.
#define ORDINARY __asm__ volatile("" ::: "memory")

static inline void say(const char *line)
{
    char text[256];
    int size = snprintf(text, sizeof text, "%s\n", line);
    if (write(1, text, (size_t)size) != size)
        _exit(70);
}

static inline void wait_line(void)
{
    char byte = 0;
    do {
        if (read(0, &byte, 1) != 1)
            _exit(71);
    } while (byte != '\n');
}

// Waits inside of the function that gets a door.
static inline void ready(void)
{
    say("ready");
    wait_line();
}

// To be called after all doors were gone through.
static inline void done(void)
{
    say("done");
    wait_line();
}

static inline void *idles(void *argument)
{
    for (;;)
        pause();
    return argument;
}

// A thread that may load for the injector, where the others have no room for it.
static inline void start_idle_thread(void)
{
    pthread_t id;
    if (pthread_create(&id, 0, idles, 0))
        _exit(72);
}

// Waits until a thread blocks in system call `number`.
static inline void wait_until_in(int tid, int number)
{
    char path[64], line[128];
    int found = -2;
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", tid);
    while (found != number) {
        FILE *file = fopen(path, "r");
        if (!file)
            _exit(73);
        found = fgets(line, sizeof line, file) && line[0] != 'r' ? atoi(line) : -2;
        fclose(file);
    }
}
