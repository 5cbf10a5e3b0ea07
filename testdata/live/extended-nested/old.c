// Structs without names inside of others, some of them in a union, get, lose and retype fields; and a
// struct that only its typedef named gets a tag, and a field.
#define FOR_PATCH __attribute__((noipa, noinline))
typedef struct {
    int key;
    int value;
} element;
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
        } file;
    } data;
    struct {
        int low, high;
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
    chunk->end = 99;
    chunk->next = chunks;
    chunks = chunk;
}

FOR_PATCH void show(void)
{
    for (struct chunk *chunk = chunks; chunk; chunk = chunk->next)
        printf("%d %d %d %d %d%s", chunk->data.file.fd, chunk->data.file.temporary, chunk->range.low,
               chunk->ranges[1].high, chunk->end, chunk->next ? ", " : "\n");
}

FOR_PATCH void elect(int number)
{
    element *all = elements ? elements : (elements = calloc(4, sizeof(element)));
    all[number % 4].value += number;
    for (int i = 0; i < 4; i++)
        printf("%d%s", all[i].value, i < 3 ? " " : "\n");
}
