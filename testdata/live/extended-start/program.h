#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOR_PATCH __attribute__((noipa, noinline))

static volatile int inside;
static sem_t begin, done;
static char order;
static int number;
static struct account *accounts[32];
static struct account home = {.id = 100, .pence = 12345};

struct account *take(int id, const char *how);
void show(int id);
void temporary(int id);
void copies(int to, int from);

/* Stays in the version that it was entered in, and makes and frees objects as that version does. */
FOR_PATCH int hold(void)
{
    inside = 1; /* so that no loop begins among the first bytes */
    for (int rounds = 0;; rounds++) {
        sem_wait(&begin);
        if (order == 'M') {
            struct account *account = malloc(sizeof *account);
            account->id = number;
            account->pence = number * 1000 + 50;
            accounts[number] = account;
        } else if (order == 'F') {
            free(accounts[number]);
            accounts[number] = 0;
        } else if (order == 'H') {
            home.pence += number;
        } else
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

/* The program's own allocator: it never gives anything back to the library. */
static struct account *unused_ones;
static void *own_alloc(size_t bytes)
{
    if (!unused_ones) {
        char *more = malloc(4 * bytes);
        for (int i = 3; i >= 0; i--) {
            struct account *one = (struct account *)(more + (size_t)i * bytes);
            *(struct account **)&one->link = unused_ones;
            unused_ones = one;
        }
    }
    struct account *one = unused_ones;
    unused_ones = *(struct account **)&one->link;
    return one;
}

static void own_free(struct account *account)
{
    *(struct account **)&account->link = unused_ones;
    unused_ones = account;
}

int main(void)
{
    char line[64], how[16];
    pthread_t thread;
    sem_init(&begin, 0, 0);
    sem_init(&done, 0, 0);
    pthread_create(&thread, 0, holder, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        order = *line;
        number = atoi(line + 1);
        switch (order) {
        case 'm':
            sscanf(line, "m%d %15s", &number, how);
            accounts[number] = take(number, how);
            break;
        case 'o': own_free(accounts[number]); accounts[number] = 0; break;
        case 's': show(number); break;
        case 't': temporary(number); break;
        case 'c':
            sscanf(line, "c%d %15s", &number, how);
            copies(number, atoi(how));
            break;
        default:
            sem_post(&begin);
            sem_wait(&done);
            puts("done");
        }
        fflush(stdout);
    }
    return 0;
}
