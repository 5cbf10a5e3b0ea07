// A constant that every place which makes objects assigns to a new field is what objects begin with
// that existed before, or that old code makes later.
struct item {
    struct item *next;
    short kind;
    int key;
    char name[20];
};
static struct item *items;
#define START(item) ((void)0)
#include "program.h"

__attribute__((noipa, noinline)) struct item *make(int key)
{
    struct item *item = malloc(sizeof *item);
    item->key = key;
    item->kind = 1;
    strcpy(item->name, "old");
    item->next = items;
    items = item;
    return item;
}

__attribute__((noipa, noinline)) void show(void)
{
    for (struct item *item = items; item; item = item->next)
        printf("%d %s%s", item->key, item->name, item->next ? ", " : "");
    puts(".");
}

__attribute__((noipa, noinline)) void weigh(int key, int weight)
{
    puts("no weights");
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
