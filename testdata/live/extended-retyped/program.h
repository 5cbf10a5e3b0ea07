#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sem_t begin, done;
static volatile int inside;
static char order;
static int number;

struct item *make(int key);
void show(void);
void weigh(int key, int weight);
void drop(int key);

/* Stays in the version that it was entered in, and works on the list as that version does. */
__attribute__((noipa, noinline)) int hold(void)
{
    inside = 1; /* so that no loop begins among the first bytes */
    for (int rounds = 0;; rounds++) {
        sem_wait(&begin);
        pthread_mutex_lock(&lock);
        if (order == 'A') {
            struct item *item = calloc(1, sizeof *item);
            item->key = number;
            item->next = items;
            items = item;
        } else if (order == 'D') {
            for (struct item **at = &items; *at; at = &(*at)->next)
                if ((*at)->key == number) {
                    struct item *gone = *at;
                    *at = gone->next;
                    free(gone);
                    break;
                }
        } else if (order == 'C') {
            for (struct item *item = items; item; item = item->next)
                if (item->key == number)
                    item->count += 10;
        } else if (order == 'S') {
            for (struct item *item = items; item; item = item->next)
                printf("held %d: %d %d\n", item->key, (int)item->count, (int)item->state);
        }
        pthread_mutex_unlock(&lock);
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
        char *rest;
        number = strtol(line + 1, &rest, 10);
        order = *line;
        pthread_mutex_lock(&lock);
        switch (order) {
        case 'a': make(number); break;
        case 'd': drop(number); break;
        case 'w': weigh(number, atoi(rest)); break;
        case 's': show(); break;
        }
        pthread_mutex_unlock(&lock);
        if (strchr("ACDSQ", order)) {
            sem_post(&begin);
            sem_wait(&done);
            puts("done");
        }
        fflush(stdout);
    }
    return 0;
}
