// A hash table's entries and a tree's nodes gain and lose fields while many threads, one of them in old
// code for ever, make, link, find and free them.
struct entry {
    struct entry *next;
    unsigned key;
    char retired;
    long value;
};
struct node {
    struct node *left, *right;
    int key;
    short colour;
    long sum;
};
#include "program.h"

FOR_PATCH void table_put(unsigned key)
{
    pthread_mutex_lock(&table_lock);
    struct entry **bucket = &buckets[key % 64], *entry = *bucket;
    while (entry && entry->key != key)
        entry = entry->next;
    if (!entry) {
        entry = malloc(sizeof(struct entry));
        entry->key = key;
        entry->retired = 0;
        entry->value = key + 7;
        entry->next = *bucket;
        *bucket = entry;
        entries++;
        entry_sum += entry->value;
    }
    expect("value", entry->value, key + 7);
    pthread_mutex_unlock(&table_lock);
}

FOR_PATCH void table_drop(unsigned key)
{
    pthread_mutex_lock(&table_lock);
    struct entry **at = &buckets[key % 64];
    while (*at && (*at)->key != key)
        at = &(*at)->next;
    if (*at) {
        struct entry *gone = *at;
        *at = gone->next;
        entries--;
        entry_sum -= gone->value;
        free(gone);
    }
    pthread_mutex_unlock(&table_lock);
}

FOR_PATCH void tree_put(int key)
{
    pthread_mutex_lock(&tree_lock);
    struct node **place = &top;
    while (*place && (*place)->key != key)
        place = key < (*place)->key ? &(*place)->left : &(*place)->right;
    if (!*place) {
        *place = calloc(1, sizeof(struct node));
        (*place)->key = key;
        (*place)->sum = 3L * key;
        nodes++;
        node_sum += 3L * key;
    }
    expect("sum", (*place)->sum, 3L * key);
    pthread_mutex_unlock(&tree_lock);
}

FOR_PATCH void tree_drop(int key)
{
    pthread_mutex_lock(&tree_lock);
    struct node **place = &top;
    while (*place && (*place)->key != key)
        place = key < (*place)->key ? &(*place)->left : &(*place)->right;
    if (*place && !((*place)->left && (*place)->right)) {
        struct node *gone = *place;
        *place = gone->left ? gone->left : gone->right;
        nodes--;
        node_sum -= gone->sum;
        free(gone);
    }
    pthread_mutex_unlock(&tree_lock);
}

static long sum_of(const struct node *node, long *count)
{
    return node ? (++*count, node->sum + sum_of(node->left, count) + sum_of(node->right, count)) : 0;
}

FOR_PATCH void tell(void)
{
    long count = 0, sum = 0;
    pthread_mutex_lock(&table_lock);
    for (int i = 0; i < 64; i++)
        for (struct entry *entry = buckets[i]; entry; entry = entry->next, count++)
            sum += entry->value;
    expect("entries", count, entries);
    expect("their sum", sum, entry_sum);
    pthread_mutex_unlock(&table_lock);
    pthread_mutex_lock(&tree_lock);
    count = 0;
    expect("nodes' sum", sum_of(top, &count), node_sum);
    expect("nodes", count, nodes);
    pthread_mutex_unlock(&tree_lock);
    printf("old, violations %ld\n", violations);
}
