struct item {
    int weight;
    struct item *next;
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
    *item = (struct item){.key = key, .weight = 1, .name = "new", .next = items};
    items = item;
    return item;
}

__attribute__((noipa, noinline)) void show(void)
{
    struct item sum = {.weight = 0, .name = "sum"};
    for (struct item *item = items; item; item = item->next) {
        item->counts.seen++;
        item->counts.total += item->weight;
        sum.weight += item->weight;
        printf("%d %s %d (%u, %ld)%s", item->key, item->name, item->weight, item->counts.seen,
               item->counts.total, item->next ? ", " : "");
    }
    printf("; %s %d.\n", sum.name, sum.weight);
}

__attribute__((noipa, noinline)) void weigh(int key, int weight)
{
    int *at = 0;
    for (struct item *item = items; item; item = item->next)
        if (item->key == key)
            at = &item->weight;
    if (at)
        *at = weight;
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
