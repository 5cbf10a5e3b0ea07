// Threads start, count and end, whenever polus fails or dies.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static __thread long count;
static __thread long ticks = 0, mark = 7;
static sem_t ask, told;
static int truth, counted[3], wrong;

__attribute__((noipa, noinline)) void bump(int who)
{
    if (who < 0)
        puts("impossible");
    count++;
}

__attribute__((noipa, noinline)) void show(int who)
{
    if (who < 0)
        puts("impossible");
    counted[who] = (int)count;
}

/* One function alone uses these, so that each thread's count is right at any time. */
__attribute__((noipa, noinline)) int tick(int who)
{
    if (who < 0)
        puts("impossible");
    ticks++;
    return (int)ticks + 7 - (int)mark;
}

__attribute__((noipa, noinline)) void tell(void)
{
    printf("new: main %s other %s once %s wrong %d\n", counted[0] == truth ? "right" : "wrong",
           counted[1] == truth ? "right" : "wrong", counted[2] == 1 ? "right" : "wrong", wrong);
    fflush(stdout);
}

static void *other(void *unused)
{
    for (;;) {
        sem_wait(&ask);
        bump(1);
        show(1);
        sem_post(&told);
    }
    return unused;
}

static void *once(void *unused)
{
    bump(2);
    show(2);
    return unused;
}

static void *chain(void *unused)
{
    pthread_t next;
    pthread_attr_t attributes;
    for (int i = 1; i <= 6; i++) {
        if (tick(i) != i)
            __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
        usleep(700);
    }
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    while (pthread_create(&next, &attributes, chain, 0))
        ;
    pthread_attr_destroy(&attributes);
    return unused;
}

int main(void)
{
    char line[64];
    pthread_t thread;
    sem_init(&ask, 0, 0);
    sem_init(&told, 0, 0);
    pthread_create(&thread, 0, other, 0);
    for (int i = 0; i < 2; i++)
        pthread_create(&thread, 0, chain, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        truth++;
        bump(0);
        show(0);
        sem_post(&ask);
        sem_wait(&told);
        pthread_create(&thread, 0, once, 0);
        pthread_join(thread, 0);
        tell();
    }
    return 0;
}
