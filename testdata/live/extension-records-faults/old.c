// Each line makes an object, moves it, uses it twice and frees it, all in a loop that stays.
#include <stdio.h>
#include <stdlib.h>

struct item {
    long id, weight;
};

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
    setbuf(stdout, 0);
    puts("ready");
    while (fgets(line, sizeof line, stdin)) {
        struct item *item = malloc(sizeof *item);
        item->weight = atol(line);
        long first = touch(item);
        item = realloc(item, 1000);
        printf("%s: touched %ld, moved %ld\n", first < 1000 ? "old" : "new", first, touch(item));
        free(item);
    }
    return 0;
}
