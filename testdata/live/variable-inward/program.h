#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

void add(const char *text);
void show(void);

static sem_t begin, done;
static volatile char order;
static char text[64];
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
            for (const char *c = text; *c && buffer.end < buffer.data + sizeof buffer.data; c++)
                *buffer.end++ = *c;
        else if (order == 'T')
            buffer.next++;
        else if (order == 'R')
            printf("held %.*s, %d of it read\n", (int)(buffer.end - buffer.data), buffer.data,
                   (int)(buffer.next - buffer.data));
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
        line[strcspn(line, "\n")] = 0;
        if (*line == 'a')
            add(line + 1);
        else if (*line == 's')
            show();
        else {
            strcpy(text, line + 1);
            order = *line;
            sem_post(&begin);
            sem_wait(&done);
            puts("done");
        }
        fflush(stdout);
    }
    return 0;
}
