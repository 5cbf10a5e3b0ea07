#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS 6
#define KEYS 512
#define FOR_PATCH __attribute__((noipa, noinline))

static struct entry *buckets[64];
static struct node *top;
static long entries, entry_sum, nodes, node_sum;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER, tree_lock = PTHREAD_MUTEX_INITIALIZER;
static long violations;
static volatile int stop;
static long steps[WORKERS + 1];
static volatile int inside;

static void expect(const char *what, long is, long should)
{
    if (is != should && __atomic_fetch_add(&violations, 1, __ATOMIC_RELAXED) < 10)
        fprintf(stderr, "%s: is %ld, should be %ld\n", what, is, should);
}

static unsigned chance(unsigned *seed, unsigned below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

void table_put(unsigned key);
void table_drop(unsigned key);
void tree_put(int key);
void tree_drop(int key);
void tell(void);

/* The same in both versions: what they do with objects is their own. */
FOR_PATCH void step(unsigned *seed)
{
    unsigned key = chance(seed, KEYS);
    switch (chance(seed, 4)) {
    case 0: table_put(key); break;
    case 1: table_drop(key); break;
    case 2: tree_put((int)key); break;
    default: tree_drop((int)key); break;
    }
}

static void *worker(void *number)
{
    long own = (long)number;
    unsigned seed = (unsigned)own;
    while (!stop) {
        step(&seed);
        __atomic_fetch_add(&steps[own], 1, __ATOMIC_RELAXED);
    }
    return 0;
}

/* Stays in the version that it was entered in, and makes and frees objects as that version does. */
FOR_PATCH long hold(void)
{
    unsigned seed = WORKERS;
    inside = 1; /* so that no loop begins among the first bytes */
    while (!stop) {
        unsigned key = chance(&seed, KEYS);
        struct entry **at;
        struct node **place;
        pthread_mutex_lock(&table_lock);
        for (at = &buckets[key % 64]; *at && (*at)->key != key; at = &(*at)->next)
            ;
        if (*at) {
            struct entry *gone = *at;
            *at = gone->next;
            entry_sum -= gone->value;
            entries--;
            free(gone);
        } else {
            *at = calloc(1, sizeof **at);
            (*at)->key = key;
            (*at)->value = key + 7;
            entry_sum += (*at)->value;
            entries++;
        }
        pthread_mutex_unlock(&table_lock);
        pthread_mutex_lock(&tree_lock);
        for (place = &top; *place && (*place)->key != (int)key; place = (int)key < (*place)->key ? &(*place)->left : &(*place)->right)
            ;
        if (!*place) {
            *place = malloc(sizeof **place);
            (*place)->left = (*place)->right = 0;
            (*place)->key = (int)key;
            (*place)->sum = 3L * key;
            node_sum += (*place)->sum;
            nodes++;
        } else if (!(*place)->left || !(*place)->right) {
            struct node *gone = *place;
            *place = gone->left ? gone->left : gone->right;
            node_sum -= gone->sum;
            nodes--;
            free(gone);
        }
        pthread_mutex_unlock(&tree_lock);
        __atomic_fetch_add(&steps[WORKERS], 1, __ATOMIC_RELAXED);
        if (key % 16 == 0)
            sched_yield();
    }
    return steps[WORKERS];
}

static void *holder(void *unused)
{
    if (hold() < 0)
        puts("never");
    return unused;
}

/* Every thread has gone on a good way. */
static void progress(void)
{
    long from[WORKERS + 1];
    for (int i = 0; i <= WORKERS; i++)
        from[i] = __atomic_load_n(&steps[i], __ATOMIC_RELAXED);
    for (int i = 0; i <= WORKERS; i++)
        while (__atomic_load_n(&steps[i], __ATOMIC_RELAXED) < from[i] + 1000)
            sched_yield();
    puts("progress");
}

int main(void)
{
    char line[64];
    pthread_t threads[WORKERS + 1];
    for (long i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], 0, worker, (void *)i);
    pthread_create(&threads[WORKERS], 0, holder, 0);
    while (!inside)
        sched_yield();
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (*line == 'p')
            progress();
        else
            tell();
        fflush(stdout);
    }
    stop = 1;
    for (int i = 0; i <= WORKERS; i++)
        pthread_join(threads[i], 0);
    return violations != 0;
}
