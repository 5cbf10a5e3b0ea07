// Thread variables change their types: a number, a struct and an array.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

__thread int calls = 1;
static __thread int total = 7;
__thread struct stats {
    int least, most;
} stats = { 1000, -1000 };
static __thread short seen[4] = { 1, 2 };
static __thread char name[8] = "none";

static sem_t ask, told;
static int asked;

__attribute__((noinline)) void introduce(const char *who)
{
    strcpy(name, who);
}

__attribute__((noinline)) void answer(int question)
{
    calls++;
    total += question;
    if (question < stats.least)
        stats.least = question;
    if (question > stats.most)
        stats.most = question;
    seen[question & 3]++;
    printf("%s: %d %d %d..%d %d%d%d%d\n", name, calls, total, stats.least, stats.most, seen[0], seen[1],
           seen[2], seen[3]);
}

static void *other(void *unused)
{
    introduce("other");
    for (;;) {
        sem_wait(&ask);
        answer(asked);
        sem_post(&told);
    }
    return unused;
}

static void *once(void *unused)
{
    introduce("once");
    answer(asked);
    answer(asked);
    return unused;
}

int main(void)
{
    char line[64];
    int question;
    pthread_t thread;
    introduce("main");
    sem_init(&ask, 0, 0);
    sem_init(&told, 0, 0);
    pthread_create(&thread, 0, other, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        answer(question);
        asked = question;
        sem_post(&ask);
        sem_wait(&told);
        pthread_create(&thread, 0, once, 0);
        pthread_join(thread, 0);
        printf("done\n");
        fflush(stdout);
    }
    return 0;
}
