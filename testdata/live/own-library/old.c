// A program that defines functions of the C library itself, hidden and seen.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char pool[1 << 20];
static size_t used;
static int made;

void *malloc(size_t size)
{
    made++;
    size = (size + 31) & ~(size_t)31;
    if (used + size > sizeof pool)
        return 0;
    used += size;
    return pool + used - size;
}

void free(void *place)
{
    (void)place;
}

void *calloc(size_t count, size_t size)
{
    void *place = malloc(count * size);
    return place ? memset(place, 0, count * size) : 0;
}

void *realloc(void *place, size_t size)
{
    void *other = malloc(size);
    if (place && other)
        memcpy(other, place, size < 32 ? size : 32);
    return other;
}

__attribute__((visibility("hidden"))) size_t strlcpy(char *to, const char *from, size_t size)
{
    snprintf(to, size, "%s", from);
    return 7;
}

__attribute__((noinline)) void answer(int question)
{
    char text[8];
    char *place = malloc(4);
    size_t length = strlcpy(text, "abcdefghij", 6);
    int inside = place >= pool && place < pool + sizeof pool;
    printf("answer %d %d %d %s\n", question, inside, (int)length, text);
    fflush(stdout);
    free(place);
}

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1)
        answer(question);
    return 0;
}
