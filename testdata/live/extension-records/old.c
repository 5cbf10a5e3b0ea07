// Objects of an endless loop, made, moved and freed by it, that are about to get another field.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct item {
    long id, weight;
};

struct item *items[8];
struct item named = { 100, 7 };

__attribute__((noipa)) long touch(struct item *item)
{
    return item->weight;
}

__attribute__((noipa)) long peek(void)
{
    return named.weight;
}

int main(void)
{
    char line[64];
    struct item *freed = 0;
    setbuf(stdout, 0);
    puts("ready");
    while (fgets(line, sizeof line, stdin)) {
        int number = line[5] - '0';
        if (!strncmp(line, "make ", 5)) {
            struct item *made = items[number] = malloc(sizeof *made);
            made->id = number;
            made->weight = number * 10;
            puts(made == freed ? "the same" : "another");
        } else if (!strncmp(line, "free ", 5)) {
            freed = items[number];
            free(items[number]);
            puts("freed");
        } else if (!strncmp(line, "grow ", 5)) {
            struct item *before = items[number];
            items[number] = realloc(items[number], 1 << 20);
            puts(before == items[number] ? "the same" : "another");
        } else if (!strncmp(line, "touch", 5)) {
            printf("%ld\n", touch(items[line[6] - '0']));
        } else if (!strncmp(line, "named", 5)) {
            printf("%ld\n", touch(&named));
        } else if (!strncmp(line, "peek", 4)) {
            printf("%ld\n", peek());
        }
    }
    return 0;
}
