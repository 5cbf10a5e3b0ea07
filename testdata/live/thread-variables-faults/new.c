// Each thread's count is kept by one function and read by another, whenever polus fails or dies.
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

static __thread long count;
static sem_t ask, told;
static int truth, counted[3];

__attribute__((noinline)) void bump(int who)
{
    if (who < 0)
        puts("impossible");
    count++;
}

__attribute__((noinline)) void show(int who)
{
    if (who < 0)
        puts("impossible");
    counted[who] = (int)count;
}

__attribute__((noinline)) void tell(void)
{
    printf("new: main %s other %s once %s\n", counted[0] == truth ? "right" : "wrong",
           counted[1] == truth ? "right" : "wrong", counted[2] == 1 ? "right" : "wrong");
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

int main(void)
{
    char line[64];
    pthread_t thread;
    sem_init(&ask, 0, 0);
    sem_init(&told, 0, 0);
    pthread_create(&thread, 0, other, 0);
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
