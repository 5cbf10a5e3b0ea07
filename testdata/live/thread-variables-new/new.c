// Thread variables of the program, of a patch and of the patch before, in old and new threads.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

__thread int calls;
static __thread int total = 7;
static __thread int factor = 3;
__thread int seldom = 4;

static __thread int fresh = 8;
__thread int zero;

static sem_t ask, told;
static int asked, result;

__attribute__((noinline)) int answer(int question)
{
    static __thread int inside = 100;
    static __thread int here = 50;
    here++;
    calls++;
    total -= question;
    seldom++;
    fresh++;
    zero++;
    inside++;
    errno = question;
    printf("%d %d %d %d %d %d %d %d\n", calls, total, inside, seldom, errno, fresh, zero, here);
    return question * factor + calls;
}

static void *other(void *unused)
{
    for (;;) {
        sem_wait(&ask);
        result = answer(asked);
        sem_post(&told);
    }
    return unused;
}

static void *once(void *unused)
{
    result = answer(asked);
    return unused;
}

int main(void)
{
    char line[64];
    int question;
    pthread_t thread;
    sem_init(&ask, 0, 0);
    sem_init(&told, 0, 0);
    pthread_create(&thread, 0, other, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d\n", answer(question));
        asked = question;
        sem_post(&ask);
        sem_wait(&told);
        printf("other %d\n", result);
        pthread_create(&thread, 0, once, 0);
        pthread_join(thread, 0);
        printf("once %d\n", result);
        fflush(stdout);
    }
    return 0;
}
