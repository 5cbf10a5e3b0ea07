enum state { CLOSED, OPEN, WAITING, BUSY };
struct item {
    struct item *next;
    int key;
    long count;
    enum state state;
    int open;
};
static struct item first = {0, 100, 70000, BUSY, 1};
static struct item *items = &first;
#include "program.h"

__attribute__((noipa, noinline)) struct item *make(int key)
{
    struct item *item = malloc(sizeof *item);
    *item = (struct item){.key = key, .state = WAITING, .count = key, .next = items};
    items = item;
    return item;
}

__attribute__((noipa, noinline)) void show(void)
{
    for (struct item *item = items; item; item = item->next)
        printf("%d: %ld %d %d%s", item->key, item->count, (int)item->state, item->open, item->next ? ", " : "");
    puts("!");
}

__attribute__((noipa, noinline)) void weigh(int key, int weight)
{
    for (struct item *item = items; item; item = item->next)
        if (item->key == key) {
            long before = item->count++;
            item->count += weight - 1;
            if (item->count != before + weight)
                puts("wrong");
            item->open = weight;
        }
}

__attribute__((noipa, noinline)) void drop(int key)
{
    struct item copy = {.state = CLOSED};
    for (struct item *item = items; item; item = item->next)
        if (item->key == key) {
            copy = *item;
            if (++copy.state > BUSY)
                copy.state = CLOSED;
            *item = copy;
        }
}
