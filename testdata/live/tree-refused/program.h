#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
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

static int pipes[2][2];

/* Answers what comes through its pipe. */
static void child(int which)
{
    char byte;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(pipes[which][0], &byte, 1) == 1) {
        act(which);
        fflush(stdout);
    }
    _exit(0);
}

static void serve(void)
{
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        number = atoi(line + 1);
        order = *line;
        if (order == 'a')
            act(number);
        else if (order == '1' || order == '2') {
            if (write(pipes[order - '1'][1], "x", 1) != 1)
                exit(3);
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
    for (int i = 0; i < 2; i++) {
        if (pipe(pipes[i]))
            exit(2);
        pid_t pid = fork();
        if (pid == 0)
            child(i);
        printf("child %d is %d\n", i, pid);
    }
    fflush(stdout);
    sem_init(&begin, 0, 0);
    sem_init(&done, 0, 0);
    pthread_create(&thread, 0, holder, 0);
}
