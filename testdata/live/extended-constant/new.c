#define UNLIMITED (-1)
struct item {
    struct item *next;
    short kind;
    int key;
    char name[20];
    int limit;
    const char *colour;
    int used;
};
static struct item *items;
#define START(item) ((item)->limit = UNLIMITED)
#include "program.h"

__attribute__((noipa, noinline)) struct item *make(int key)
{
    struct item *item = malloc(sizeof *item);
    item->key = key;
    item->kind = 1;
    item->limit = UNLIMITED;
    item->colour = key > 100 ? "red" : "blue";
    item->used = 0;
    strcpy(item->name, "new");
    item->next = items;
    items = item;
    return item;
}

__attribute__((noipa, noinline)) void show(void)
{
    for (struct item *item = items; item; item = item->next)
        printf("%d %s %d %s%s", item->key, item->name, item->limit, item->colour ? item->colour : "-",
               item->next ? ", " : ".\n");
}

__attribute__((noipa, noinline)) void weigh(int key, int weight)
{
    struct item none;
    for (struct item *item = items; item; item = item->next)
        if (item->key == key)
            item->limit = weight;
    none.limit = 0;
    memset(&none, 0, sizeof none);
    if (none.limit)
        puts("wrong");
}

__attribute__((noipa, noinline)) void drop(int key)
{
    for (struct item **at = &items; *at; at = &(*at)->next)
        if ((*at)->key == key) {
            struct item *gone = *at;
            *at = gone->next;
            free(gone);
            break;
        }
}
