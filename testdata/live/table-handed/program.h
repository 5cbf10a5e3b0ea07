#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

struct algo {
    const char *name;
    int usable, uses;
};

TABLE

static sem_t begin, done, held, leave;
static char wanted[20];

__attribute__((noipa, noinline)) struct algo *find(struct algo *from, const char *name)
{
    for (; from->name; from++)
        if (!strcmp(from->name, name))
            return from;
    return 0;
}

__attribute__((noipa, noinline)) void use(const char *name)
{
    struct algo *found = find(algos, name);
    if (found && found->usable)
        found->uses++;
    printf("%s: %d\n", name, found ? found->uses : -1);
}

__attribute__((noipa, noinline)) void list(struct algo *from)
{
    for (; from->name; from++)
        printf("%s %d%s", from->name, from->usable ? from->uses : -1, from[1].name ? ", " : "\n");
}

__attribute__((noipa, noinline)) void show(void)
{
    list(algos);
}

/* Is active with an address of the table. */
__attribute__((noipa, noinline)) void hold(struct algo *from, const char *name)
{
    sem_post(&held);
    sem_wait(&leave);
    find(from, name)->uses += 100;
}

static void *holder(void *unused)
{
    hold(algos, "two");
    sem_post(&held);
    return unused;
}

static void initialise(void)
{
    for (struct algo *algo = algos; algo->name; algo++)
        if (!strcmp(algo->name, "weak"))
            algo->usable = 0;
}

__attribute__((noipa, noinline)) void loop(void)
{
    for (;;) {
        sem_wait(&begin);
        use(wanted);
        sem_post(&done);
    }
}

/* Stays active for ever, and does not use the table any more. */
__attribute__((noipa, noinline)) void session(void)
{
    initialise();
    sem_post(&done);
    loop();
}

static void *sessions(void *unused)
{
    session();
    return unused;
}

int main(void)
{
    char order;
    pthread_t thread;
    setvbuf(stdout, 0, _IOLBF, 0);
    sem_init(&begin, 0, 0);
    sem_init(&done, 0, 0);
    sem_init(&held, 0, 0);
    sem_init(&leave, 0, 0);
    puts("ready");
    while (scanf(" %c%19s", &order, wanted) == 2)
        switch (order) {
        case 'u': use(wanted); break;
        case 'l': show(); break;
        case 't':
            sem_post(&begin);
            sem_wait(&done);
            break;
        case 's':
            pthread_create(&thread, 0, sessions, 0);
            sem_wait(&done);
            break;
        case 'h':
            pthread_create(&thread, 0, holder, 0);
            sem_wait(&held);
            break;
        case 'r':
            sem_post(&leave);
            sem_wait(&held);
            break;
        }
    return 0;
}
