#define FOR_PATCH __attribute__((noipa, noinline))
typedef struct element_s element;
struct element_s {
    int key;
    long votes, more;
    int value;
};
struct chunk {
    struct chunk *next;
    union {
        struct {
            const char *text;
            int length;
        } memory;
        struct {
            long length;
            int fd;
            int temporary;
            unsigned char busy;
            long used, unused;
        } file;
    } data;
    struct {
        int low, high, step;
    } range, ranges[2];
    int end;
};
#include "program.h"

FOR_PATCH void add(int number)
{
    struct chunk *chunk = calloc(1, sizeof *chunk);
    chunk->data.file.fd = number;
    chunk->data.file.temporary = 1;
    chunk->range.low = number;
    chunk->ranges[1].high = number + 1;
    chunk->data.file.used = 7;
    chunk->ranges[1].step = 3;
    chunk->end = 99;
    chunk->next = chunks;
    chunks = chunk;
}

FOR_PATCH void show(void)
{
    for (struct chunk *chunk = chunks; chunk; chunk = chunk->next)
        printf("%d %d: %ld %d %d: %d %d %d %d%s", chunk->data.file.fd, chunk->data.file.temporary,
               chunk->data.file.used++ + 100, chunk->data.file.busy++, chunk->range.step, chunk->range.low,
               chunk->ranges[1].step++, chunk->ranges[1].high, chunk->end, chunk->next ? ", " : "\n");
}

FOR_PATCH void elect(int number)
{
    element *all = elements ? elements : (elements = calloc(4, sizeof(element)));
    all[number % 4].value += number;
    all[number % 4].votes += 2;
    for (int i = 0; i < 4; i++)
        printf("%d:%ld%s", all[i].value, all[i].votes, i < 3 ? " " : "\n");
}
