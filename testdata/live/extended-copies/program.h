#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOR_PATCH __attribute__((noipa, noinline))

static struct piece *pieces; /* eight of them */
static struct box *box, *spare;
static union either *either;
static volatile int inside;
static sem_t begin, done;
static char order;
static int from, to, count;

void show(void);
void mark(int at, int value);
void copy(const char *how, int to, int from, int count);
void boxes(const char *how);

/* Stays in the version that it was entered in, and copies as that version does. */
FOR_PATCH int hold(void)
{
    inside = 1; /* so that no loop begins among the first bytes */
    for (int rounds = 0;; rounds++) {
        sem_wait(&begin);
        if (order == 'A')
            pieces[to] = pieces[from];
        else if (order == 'M')
            memmove(&pieces[to], &pieces[from], (unsigned)count * sizeof *pieces);
        else if (order == 'B')
            *spare = *box;
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
    char line[64], how[16];
    pthread_t thread;
    sem_init(&begin, 0, 0);
    sem_init(&done, 0, 0);
    pieces = calloc(8, sizeof *pieces);
    for (int i = 0; i < 8; i++)
        pieces[i].id = i;
    box = calloc(1, sizeof *box);
    spare = calloc(1, sizeof *spare);
    either = calloc(1, sizeof *either);
    pthread_create(&thread, 0, holder, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        order = *line;
        from = to = count = 0;
        switch (order) {
        case 'm': sscanf(line, "m%d %d", &to, &count); mark(to, count); break;
        case 'c': sscanf(line, "c %15s %d %d %d", how, &to, &from, &count); copy(how, to, from, count); break;
        case 'b': sscanf(line, "b %15s", how); boxes(how); break;
        case 's': show(); break;
        default:
            sscanf(line + 1, "%d %d %d", &to, &from, &count);
            sem_post(&begin);
            sem_wait(&done);
            puts("done");
        }
        fflush(stdout);
    }
    return 0;
}
