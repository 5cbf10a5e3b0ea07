// The polus that keeps two instances coherent is killed: another one takes over, and no write goes astray.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct state {
    long count;
    int value;
    char text[8];
};
struct state state = {7, 1, "start"};
long neighbour;
static sem_t begin, done;
static int pipes[2];
static char order;
static int number;
static volatile int inside; // set first, so that no loop begins where the entry's jump stands

/* Stays until it is told to leave. */
__attribute__((noinline, noclone)) int hold(void)
{
    int rounds = 0;
    inside = 1;
    for (;;) {
        sem_wait(&begin);
        rounds++;
        if (order == 'W')
            state.value = number;
        else if (order == 'R')
            printf("held value %d text %s\n", state.value, state.text);
        else if (order == 'K')
            printf("held read %ld\n", (long)read(pipes[0], state.text, sizeof state.text));
        else if (order == 'M')
            memset(state.text, 'a' + number, sizeof state.text - 1);
        else if (order == 'N')
            neighbour += number;
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

__attribute__((noinline, noclone)) void act(char what, int n)
{
    if (what == 'w')
        state.value = n;
    else if (what == 'k')
        printf("read %ld\n", (long)read(pipes[0], state.text, sizeof state.text));
    else
        printf("count %ld value %d text %s\n", ++state.count, state.value, state.text);
}

int main(void)
{
    char line[64];
    pthread_t thread;
    sem_init(&begin, 0, 0);
    sem_init(&done, 0, 0);
    if (pipe(pipes))
        return 1;
    pthread_create(&thread, 0, holder, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        number = atoi(line + 1);
        if (*line == 'p') {
            if (write(pipes[1], "piped\0\0", 8) != 8)
                return 2;
            puts("written");
        } else if (*line == 'n') {
            printf("neighbour %ld\n", neighbour);
        } else if (*line >= 'a') {
            act(*line, number);
        } else {
            order = *line;
            sem_post(&begin);
            sem_wait(&done);
            puts("done");
        }
        fflush(stdout);
    }
    return 0;
}
