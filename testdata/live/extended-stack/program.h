#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOR_PATCH __attribute__((noipa, noinline))

static volatile int inside;
static sem_t begin, done;
static char order;
static int number;
static jmp_buf back;

void use(struct frame *frame, int number);
void locals(int depth);
void grow(int count);
void jump(int number);
void show(const struct frame *frame);

/* Never returns while the program lives; the object on its stack is handed to whatever version. */
FOR_PATCH int loop(void)
{
    struct frame own = {.id = 1, .value = 10}, several[3] = {{.id = 2}, {.id = 3}, {.id = 4}};
    inside = 1; /* so that no loop begins among the first bytes */
    for (int rounds = 0;; rounds++) {
        sem_wait(&begin);
        switch (order) {
        case 'u': use(&own, number); break;
        case 'a': use(&several[number % 3], number); break;
        case 'v': own.value = number; break;
        case 'c': several[1] = own; break;
        case 'l': locals(number); break;
        case 'g': grow(number); break;
        case 'j':
            if (!setjmp(back))
                jump(number);
            locals(2);
            break;
        case 's':
            show(&own);
            for (int i = 0; i < 3; i++)
                show(&several[i]);
            break;
        default: return rounds;
        }
        puts("done");
        fflush(stdout);
        sem_post(&done);
    }
}

static void *looper(void *unused)
{
    printf("left after %d rounds\n", loop());
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
    pthread_create(&thread, 0, looper, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        order = *line;
        number = atoi(line + 1);
        sem_post(&begin);
        sem_wait(&done);
    }
    return 0;
}
