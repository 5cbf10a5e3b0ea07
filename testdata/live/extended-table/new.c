struct entry {
    long weight;
    struct entry *next;
    unsigned key;
    long value;
    struct {
        unsigned hits;
        char tag[12];
    } use;
};
struct node {
    double mean;
    int key;
    struct node *left, *right;
    struct node *above;
    long sum;
    unsigned char seen : 1, often : 1;
};
#include "program.h"

/* Old code's objects begin without these fields, and whoever finds such a one sets them. */
static void check_entry(struct entry *entry)
{
    char tag[12];
    snprintf(tag, sizeof tag, "e%u", entry->key);
    if (!entry->use.hits) {
        expect("weight of a fresh entry", entry->weight, 0);
        expect("tag of a fresh entry", entry->use.tag[0], 0);
        entry->weight = 2L * entry->key + 1;
        strcpy(entry->use.tag, tag);
    }
    expect("weight", entry->weight, 2L * entry->key + 1);
    expect("tag", strcmp(entry->use.tag, tag), 0);
    entry->use.hits++;
    expect("value", entry->value, entry->key + 7);
}

FOR_PATCH void table_put(unsigned key)
{
    pthread_mutex_lock(&table_lock);
    struct entry **bucket = &buckets[key % 64], *entry = *bucket;
    while (entry && entry->key != key)
        entry = entry->next;
    if (!entry) {
        entry = malloc(sizeof(struct entry));
        if (key % 2)
            *entry = (struct entry){.weight = 2L * key + 1, .key = key, .next = *bucket, .value = key + 7, .use.hits = 0};
        else {
            memset(entry, 0, sizeof *entry);
            entry->key = key;
            entry->value = key + 7;
            entry->next = *bucket;
        }
        entry->weight = 0;
        *bucket = entry;
        entries++;
        entry_sum += entry->value;
    }
    check_entry(entry);
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
        check_entry(gone);
        *at = gone->next;
        entries--;
        entry_sum -= gone->value;
        free(gone);
    }
    pthread_mutex_unlock(&table_lock);
}

static void check_node(struct node *node)
{
    if (!node->seen) {
        expect("mean of a fresh node", node->mean != 0, 0);
        expect("often of a fresh node", node->often, 0);
        node->mean = node->key / 2.0;
        node->above = node;
    }
    node->often = node->seen;
    node->seen = 1;
    expect("mean", node->mean == node->key / 2.0, 1);
    expect("itself", node->above == node, 1);
    expect("sum", node->sum, 3L * node->key);
}

FOR_PATCH void tree_put(int key)
{
    pthread_mutex_lock(&tree_lock);
    struct node **place = &top, *above = 0;
    while (*place && (*place)->key != key) {
        above = *place;
        check_node(above);
        place = key < above->key ? &above->left : &above->right;
    }
    if (!*place) {
        *place = calloc(1, sizeof(struct node));
        (*place)->key = key;
        (*place)->sum = 3L * key;
        nodes++;
        node_sum += 3L * key;
    }
    check_node(*place);
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
        check_node(gone);
        *place = gone->left ? gone->left : gone->right;
        nodes--;
        node_sum -= gone->sum;
        free(gone);
    }
    pthread_mutex_unlock(&tree_lock);
}

static long sum_of(struct node *node, long *count)
{
    if (!node)
        return 0;
    check_node(node);
    return ++*count, node->sum + sum_of(node->left, count) + sum_of(node->right, count);
}

FOR_PATCH void tell(void)
{
    long count = 0, sum = 0, unused = 0;
    pthread_mutex_lock(&table_lock);
    for (int i = 0; i < 64; i++)
        for (struct entry *entry = buckets[i]; entry; entry = entry->next, count++) {
            sum += entry->value;
            check_entry(entry);
            unused += !entry->use.hits;
        }
    expect("entries", count, entries);
    expect("their sum", sum, entry_sum);
    expect("unused", unused, 0);
    pthread_mutex_unlock(&table_lock);
    pthread_mutex_lock(&tree_lock);
    count = 0;
    expect("nodes' sum", sum_of(top, &count), node_sum);
    expect("nodes", count, nodes);
    pthread_mutex_unlock(&tree_lock);
    printf("new, violations %ld\n", violations);
}
