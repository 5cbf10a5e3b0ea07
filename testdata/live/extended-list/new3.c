struct item {
    struct item *next;
    const char *colour;
    int key;
    char name[20];
    struct {
        unsigned seen : 6;
        long total;
    } counts;
};
static struct item *items;
#include "program.h"

__attribute__((noipa, noinline)) struct item *make(int key)
{
    struct item *item = malloc(sizeof *item);
    *item = (struct item){.key = key, .name = "newer", .colour = "red", .next = items};
    items = item;
    return item;
}

__attribute__((noipa, noinline)) void show(void)
{
    struct item sum = {.colour = 0, .name = "sum"};
    for (struct item *item = items; item; item = item->next) {
        item->counts.seen++;
        printf("%d %s %s (%u)%s", item->key, item->name, item->colour ? item->colour : "-", item->counts.seen, item->next ? ", " : "");
    }
    printf("; %s.\n", sum.name);
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
