// What a field in an extension record costs: prints one line a figure, words apart by tabs.
#include <polus/extend.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MOST 100000
#define ACCESSES 4000000
#define THREADS 8
#define BLOCKS 1000

void polus_extension_free(void *);

struct object {
    long plain, others[11];
};
static const struct polus_extension_type type = { "struct object", sizeof(struct object), sizeof(long), 0 };
static struct object *objects[MOST];
static long count;
static int in_records;
static pthread_barrier_t barrier;
static volatile long sink;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

__attribute__((noipa)) static long plain(long times)
{
    long sum = 0;
    while (times-- > 0)
        for (long i = 0; i < count; i++)
            sum += *(volatile long *)&objects[i]->plain;
    return sum;
}

__attribute__((noipa)) static long extended(long times)
{
    long sum = 0;
    while (times-- > 0)
        for (long i = 0; i < count; i++)
            sum += *(volatile long *)polus_extension(objects[i], &type);
    return sum;
}

// Own time of the thread, for an access.
static void *measured(void *result)
{
    long times = ACCESSES / count;
    pthread_barrier_wait(&barrier);
    double start = now();
    sink = in_records ? extended(times) : plain(times);
    *(double *)result = (now() - start) / (double)(times * count);
    return 0;
}

static double access_time(int threads)
{
    pthread_t ids[THREADS];
    double results[THREADS], sum = 0;
    pthread_barrier_init(&barrier, 0, threads);
    for (int i = 0; i < threads; i++)
        pthread_create(&ids[i], 0, measured, &results[i]);
    for (int i = 0; i < threads; i++) {
        pthread_join(ids[i], 0);
        sum += results[i];
    }
    return sum / threads;
}

static void make(void)
{
    for (long i = 0; i < MOST; i++)
        objects[i] = calloc(1, sizeof(struct object));
    for (long i = MOST - 1; i > 0; i--) {
        long other = random() % (i + 1);
        struct object *kept = objects[i];
        objects[i] = objects[other];
        objects[other] = kept;
    }
}

static long resident(void)
{
    long total, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &total, &pages) != 2)
        abort();
    fclose(file);
    return pages * 4096;
}

static double blocks(void (*release)(void *), int with_record)
{
    static void *block[BLOCKS];
    double took = 0;
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < BLOCKS; i++) {
            block[i] = malloc(sizeof(struct object));
            if (with_record)
                polus_extension(block[i], &type);
        }
        double start = now();
        for (int i = 0; i < BLOCKS; i++)
            release(block[i]);
        took += now() - start;
    }
    return took / (200.0 * BLOCKS);
}

int main(void)
{
    static const long counts[] = { 1, 1000, MOST };
    void (*volatile real_free)(void *) = free;
    make();
    double real = blocks(real_free, 0), none = blocks(polus_extension_free, 0);
    long before = resident();
    double start = now();
    for (long i = 0; i < MOST; i++)
        polus_extension(objects[i], &type);
    printf("made\t%.0f\t%.0f\n", (now() - start) / MOST, (double)(resident() - before) / MOST);
    printf("free\t%.1f\t%.1f\t%.1f\t%.1f\n", real, none, blocks(polus_extension_free, 0),
           blocks(polus_extension_free, 1));
    for (int size = 0; size < 3; size++)
        for (int threads = 1; threads <= THREADS; threads += THREADS - 1) {
            count = counts[size];
            in_records = 0;
            double own = access_time(threads);
            in_records = 1;
            printf("access\t%ld\t%d\t%.2f\t%.2f\n", count, threads, own, access_time(threads));
        }
    return 0;
}
