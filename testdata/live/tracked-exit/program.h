#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <semaphore.h>
#include <stdlib.h>

void act(int n);

static sem_t begin, done;
static char order;
static int number;

static volatile int inside;

/* Stays until it is told to leave. */
__attribute__((noinline, noclone)) int hold(void)
{
    int rounds = 0;
    inside = 1; /* so that no loop begins among the first bytes */
    for (;;) {
        sem_wait(&begin);
        rounds++;
        if (order == 'W')
            state.value = number;
        else if (order == 'R')
            printf("held value %d text %s\n", state.value, state.text);
        else
            return rounds;
        fflush(stdout);
        sem_post(&done);
    }
}

static void *holder(void *unused)
{
    printf("left after %d rounds\n", hold());
    fflush(stdout);
    sem_post(&done);
    return unused;
}

static volatile int started;

/* Threads come and go all the time. */
static void *brief(void *unused)
{
    started++;
    return unused;
}

static void *starter(void *unused)
{
    pthread_t thread;
    for (;;)
        if (pthread_create(&thread, 0, brief, 0) == 0)
            pthread_join(thread, 0);
    return unused;
}

static int ended(pid_t child)
{
    int status;
    waitpid(child, &status, 0);
    return status;
}

static void serve(void)
{
    char line[64];
    pid_t child;
    while (fgets(line, sizeof line, stdin)) {
        number = atoi(line + 1);
        order = *line;
        if (order == 'a')
            act(number);
        else if (order == 'f') { /* a child goes on with a copy of its own */
            child = fork();
            if (child == 0) {
                act(number);
                fflush(stdout);
                _exit(3);
            }
            printf("child %d\n", ended(child) >> 8);
        } else if (order == 'v') { /* one that borrows the memory, and runs another program */
            child = vfork();
            if (child == 0) {
                execl("/bin/sh", "sh", "-c", "exit 4", (char *)0);
                _exit(9);
            }
            printf("vfork %d\n", ended(child) >> 8);
        } else if (order == 's') {
            printf("system %d\n", system("exit 5") >> 8);
        } else if (order == 't') {
            int before = started;
            while (started < before + 50)
                usleep(100);
            puts("threads go on");
        } else if (order == 'x') { /* this process runs another program */
            execl("/bin/sh", "sh", "-c", "echo other; read line; echo $line; exit 6", (char *)0);
        } else if (order == 'k') {
            _exit(7);
        } else {
            sem_post(&begin);
            while (sem_wait(&done))
                ;
            puts("done");
        }
        fflush(stdout);
    }
}

static void start(void)
{
    pthread_t thread;
    sem_init(&begin, 0, 0);
    sem_init(&done, 0, 0);
    pthread_create(&thread, 0, holder, 0);
    pthread_create(&thread, 0, starter, 0);
}
