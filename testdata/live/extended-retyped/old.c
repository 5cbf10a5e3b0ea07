// Fields of objects on the heap get other types: what old and new code write reaches the other one,
// and what the old type cannot hold stays with the new code until old code writes again.
struct item {
    struct item *next;
    int key;
    unsigned char state;
    short count;
    unsigned open : 1;
};
static struct item first = {0, 100, 3, 7, 1};
static struct item *items = &first;
#include "program.h"

__attribute__((noipa, noinline)) struct item *make(int key)
{
    struct item *item = malloc(sizeof *item);
    item->key = key;
    item->state = 2;
    item->count = 1;
    item->open = 0;
    item->next = items;
    items = item;
    return item;
}

__attribute__((noipa, noinline)) void show(void)
{
    for (struct item *item = items; item; item = item->next)
        printf("%d: %d %d %d%s", item->key, item->count, item->state, item->open, item->next ? ", " : "");
    puts(".");
}

__attribute__((noipa, noinline)) void weigh(int key, int weight)
{
    for (struct item *item = items; item; item = item->next)
        if (item->key == key)
            item->count += weight;
}

__attribute__((noipa, noinline)) void drop(int key)
{
    for (struct item *item = items; item; item = item->next)
        if (item->key == key)
            item->state++;
}
