#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

static struct job *jobs;
static sem_t begin, done;
static volatile int inside;
static char order;
static int number;

const char *name(enum state state);
void step(struct job *job);
struct job *add(enum state state);

/* Stays in the version that it was entered in. */
__attribute__((noipa, noinline)) int hold(void)
{
    inside = 1; /* so that no loop begins among the first bytes */
    for (int rounds = 0;; rounds++) {
        sem_wait(&begin);
        for (struct job *job = jobs; job; job = job->next) {
            if (order == 'F' && job->id == number)
                job->state = FAILED;
            if (order == 'S')
                printf("held %d: %s\n", job->id, job->state == READY ? "ready" : job->state == FAILED ? "failed" : "other");
        }
        fflush(stdout);
        if (order == 'Q')
            return rounds;
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

int main(void)
{
    char line[64];
    pthread_t thread;
    sem_init(&begin, 0, 0);
    sem_init(&done, 0, 0);
    pthread_create(&thread, 0, holder, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        number = atoi(line + 1);
        order = *line;
        if (order == 'a') {
            add(READY);
        } else if (order == 'n') {
            for (struct job *job = jobs; job; job = job->next)
                if (job->id == number)
                    step(job);
        } else if (order == 's') {
            for (struct job *job = jobs; job; job = job->next)
                printf("%d %s%s", job->id, name(job->state), job->next ? ", " : ".\n");
        } else {
            sem_post(&begin);
            sem_wait(&done);
            puts("done");
        }
        fflush(stdout);
    }
    return 0;
}
