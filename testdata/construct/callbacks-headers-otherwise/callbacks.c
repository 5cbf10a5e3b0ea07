#define _GNU_SOURCE
#include <math.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock;

void polus_pre_update(void)
{
    struct timespec now = {PTHREAD_MUTEX_RECURSIVE, 0};
    pthread_mutex_lock(&lock);
    nanosleep(&now, 0);
    if (strcasestr("abc", "B") && state__old.count < 0)
        polus_veto(strerror(5));
    pthread_mutex_unlock(&lock);
    printf("%ld\n", (long)getpid() + now.tv_sec);
}

void polus_function_left_gone(void)
{
    state.more = 1;
}
