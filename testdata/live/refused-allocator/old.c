// A program with an allocator of its own, which does not tell the size of a block.
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct item {
    long id, weight;
};

struct item named = { 100, 7 };

static char arena[16 << 20] __attribute__((aligned(16)));
static size_t used;

void *malloc(size_t size)
{
    size_t start = __atomic_fetch_add(&used, (size + 31) & ~15ul, __ATOMIC_RELAXED);
    *(size_t *)(arena + start) = size;
    return arena + start + 16;
}

void free(void *block)
{
    (void)block;
}

void *calloc(size_t count, size_t size)
{
    return malloc(count * size); // never used before
}

void *realloc(void *block, size_t size)
{
    void *made = malloc(size);
    if (block) {
        size_t before = ((size_t *)block)[-2];
        memcpy(made, block, before < size ? before : size);
    }
    return made;
}

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
    while (fgets(line, sizeof line, stdin))
        printf("%ld %ld\n", touch(&named), peek());
    return 0;
}
