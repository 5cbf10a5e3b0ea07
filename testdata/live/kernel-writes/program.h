#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void act(int n);

volatile long neighbours[4] = {1, 1, 1, 1}; /* beside the variable */
static sem_t begin, done;
static int pipes[2], sockets[2];
static char order;
static int number;
static volatile int stop;

static volatile int inside;

/* Stays until it is told to leave. */
__attribute__((noinline, noclone)) int hold(void)
{
    int rounds = 0;
    inside = 1; /* so that no loop begins among the first bytes */
    for (;;) {
        sem_wait(&begin);
        rounds++;
        long got = 0;
        switch (order) {
        case 'R': got = read(pipes[0], state.text, 9000); break;
        case 'C': got = recv(sockets[0], state.text, 9000, 0); break;
        case 'F': got = fstat(0, &state.status); break;
        case 'T': got = clock_gettime(CLOCK_MONOTONIC_RAW, &state.time); break;
        case 'W': state.value = number; break;
        default: return rounds;
        }
        printf("held %ld %d %s %c %c\n", got, state.value, state.text, state.text[4000], state.text[8000]);
        fflush(stdout);
        sem_post(&done);
    }
}

static void *holder(void *unused)
{
    hold();
    sem_post(&done);
    return unused;
}

static void *neighbour(void *argument)
{
    volatile long *own = argument;
    long count = *own;
    while (!stop) {
        count++;
        if (++*own != count)
            exit(9);
        if ((count & 7) == 0)
            usleep(500);
    }
    return 0;
}

/* What is sent lies nowhere near. */
static void give(int kind)
{
    static char bytes[9000];
    memset(bytes, 0, sizeof bytes);
    sprintf(bytes, "a%d", number);
    bytes[4000] = 'b';
    bytes[8000] = '0' + number;
    if ((kind == 'p' ? write(pipes[1], bytes, 9000) : send(sockets[1], bytes, 9000, 0)) != 9000)
        exit(3);
    puts("given");
}

int main(void)
{
    char line[64];
    int pending = 0;
    pthread_t thread;
    sem_init(&begin, 0, 0);
    sem_init(&done, 0, 0);
    if (pipe(pipes) || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
        return 1;
    pthread_create(&thread, 0, holder, 0);
    for (int i = 0; i < 2; i++)
        pthread_create(&thread, 0, neighbour, (void *)&neighbours[i]);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        number = atoi(line + 1);
        if (*line == 'a')
            act(number);
        else if (*line >= 'a')
            give(*line);
        else {
            order = *line;
            sem_post(&begin);
            if (line[1] == '-')
                pending++; /* it blocks */
            else
                for (pending++; pending; pending--)
                sem_wait(&done);
            puts("done");
        }
        fflush(stdout);
    }
    stop = 1;
    return 0;
}
