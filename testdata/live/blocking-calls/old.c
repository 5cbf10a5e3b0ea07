// Threads wait in the kernel; no update may end a call early or with EINTR.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((noinline)) int answer(int question)
{
    return question * 3 + 1;
}

#define WAITERS 9
static pthread_t threads[WAITERS + 1];
static const char *verdicts[WAITERS];
static int pipe_ends[2], epoll, listener;
static sem_t released;
static pthread_barrier_t all;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

static const char *verdict(const char *name, int ok, double took)
{
    // calls of 1.5 s must take as long; epoll_wait may begin its time anew
    double most = strcmp(name, "epoll_wait") ? 1.9 : 6;
    return !ok ? strerror(errno) : took < 1.4 ? "too early" : took > most ? "too late" : "in time";
}

static const struct timespec time_to_wait = {1, 500000000};

static int wait_poll(void)
{
    return poll(0, 0, 1500) == 0;
}

static int wait_nanosleep(void)
{
    return nanosleep(&time_to_wait, 0) == 0;
}

static int wait_usleep(void)
{
    return usleep(1500000) == 0;
}

static int wait_epoll(void)
{
    struct epoll_event event;
    return epoll_wait(epoll, &event, 1, 1500) == 0;
}

static int wait_ppoll(void)
{
    return ppoll(0, 0, &time_to_wait, 0) == 0;
}

static int wait_condition(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1;
    until.tv_nsec += 500000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&mutex);
    return pthread_cond_timedwait(&condition, &mutex, &until) == ETIMEDOUT;
}

static int wait_read(void)
{
    char byte;
    return read(pipe_ends[0], &byte, 1) == 1;
}

static int wait_accept(void)
{
    return accept(listener, 0, 0) >= 0;
}

static int wait_semaphore(void)
{
    return sem_wait(&released) == 0;
}

static const struct waiter {
    const char *name;
    int (*wait)(void);
} waiters[WAITERS] = {
    {"poll", wait_poll}, {"nanosleep", wait_nanosleep}, {"usleep", wait_usleep},
    {"epoll_wait", wait_epoll}, {"ppoll", wait_ppoll}, {"condition", wait_condition},
    {"read", wait_read}, {"accept", wait_accept}, {"semaphore", wait_semaphore},
};

static void *run(void *argument)
{
    const struct waiter *waiter = argument;
    pthread_barrier_wait(&all);
    double before = now();
    int ok = waiter->wait();
    verdicts[waiter - waiters] = verdict(waiter->name, ok, now() - before);
    return 0;
}

static void *release(void *unused)
{
    pthread_barrier_wait(&all);
    usleep(1500000);
    struct sockaddr address;
    socklen_t size = sizeof address;
    getsockname(listener, &address, &size);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (write(pipe_ends[1], "x", 1) != 1 || connect(client, &address, size))
        exit(2);
    sem_post(&released);
    return unused;
}

static void start(void)
{
    listener = socket(AF_INET, SOCK_STREAM, 0);
    epoll = epoll_create1(0);
    if (pipe(pipe_ends) || listen(listener, 8))
        exit(2);
    sem_init(&released, 0, 0);
    pthread_barrier_init(&all, 0, WAITERS + 2);
    pthread_create(&threads[WAITERS], 0, release, 0);
    for (int i = 0; i < WAITERS; i++)
        pthread_create(&threads[i], 0, run, (void *)&waiters[i]);
    pthread_barrier_wait(&all);
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        if (question == 1) {
            start();
            puts("waiting");
        } else if (question == 2) {
            for (int i = 0; i < WAITERS; i++) {
                pthread_join(threads[i], 0);
                printf("%s %s\n", waiters[i].name, verdicts[i]);
            }
        } else
            printf("answer %d\n", answer(question));
        fflush(stdout);
    }
    return 0;
}
