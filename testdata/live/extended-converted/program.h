#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOR_PATCH __attribute__((noipa, noinline))

struct job *take(int id);
void show(int id);
int slow(int id);
void copies(int to, int from);

static struct job *jobs[16];
static sem_t begin, done;

static void *worker(void *unused)
{
    sem_wait(&begin);
    printf("slow %d\n", slow(1));
    fflush(stdout);
    sem_post(&done);
    return unused;
}

int main(void)
{
    char line[64], word[16] = "";
    int from;
    pthread_t thread;
    sem_init(&begin, 0, 0);
    sem_init(&done, 0, 0);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        int number = atoi(line + 1);
        switch (*line) {
        case 'm': jobs[number] = take(number); break;
        case 's': show(number); break;
        case 'c':
            sscanf(line, "c%d %d", &number, &from);
            copies(number, from);
            break;
        case 'b':
            pthread_create(&thread, 0, worker, 0);
            sem_post(&begin);
            sem_wait(&done);
            break;
        case 'e':
            sem_post(&begin);
            sem_wait(&done);
            pthread_join(thread, 0);
            break;
        }
        fflush(stdout);
    }
    return *word;
}
