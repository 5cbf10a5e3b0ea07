// Every thread allocates all the time, and another one opens libraries: a patch is
// loaded where neither is under way.
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((noinline)) int answer(int question)
{
    return question * 3 + 1;
}

static void *allocate(void *unused)
{
    for (;;)
        for (size_t size = 1; size < 100000; size *= 3) {
            char *volatile block = malloc(size);
            block[size / 2] = 1;
            free(block);
        }
    return unused;
}

static void *open_libraries(void *unused)
{
    for (;;) {
        void *library = dlopen("libm.so.6", RTLD_NOW);
        if (library)
            dlclose(library);
        // the loader's lock is not fair: without a pause nobody else may get it for seconds
        usleep(20);
    }
    return unused;
}

int main(void)
{
    char line[64];
    int question;
    pthread_t thread;
    pthread_create(&thread, 0, allocate, 0);
    pthread_create(&thread, 0, allocate, 0);
    pthread_create(&thread, 0, open_libraries, 0);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct pollfd input = {0, POLLIN, 0};
        while (poll(&input, 1, 0) == 0)
            free(malloc(100));
        if (!fgets(line, sizeof line, stdin) || sscanf(line, "%d", &question) != 1)
            break;
        printf("answer %d\n", answer(question));
        fflush(stdout);
    }
    return 0;
}
