#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOR_PATCH __attribute__((noipa, noinline))

static volatile int inside;
static sem_t begin, done;
static char order;
static int number;
static struct port *first = &ports[1];

void show(void);
void touch(int number);
struct port *own(void);
void names(void);

/* Stays in the version that it was entered in, and reaches the variables by name and by pointer. */
FOR_PATCH int hold(void)
{
    inside = 1; /* so that no loop begins among the first bytes */
    for (int rounds = 0;; rounds++) {
        sem_wait(&begin);
        if (order == 'I')
            ports[number % 4].number += 100;
        else if (order == 'C')
            ports[number % 4] = main_port;
        else if (order == 'P')
            first = &ports[number % 4];
        else
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
        order = *line;
        number = atoi(line + 1);
        switch (order) {
        case 's': show(); break;
        case 't': touch(number); break;
        case 'n': names(); break;
        case 'o': printf("own %d\n", own()->number); break;
        case 'p': printf("first %d\n", first->number); break;
        default:
            sem_post(&begin);
            sem_wait(&done);
            puts("done");
        }
        fflush(stdout);
    }
    return 0;
}
