// A bug let a buffer's length run beyond its size; the update truncates it before anything else.
#include <stdio.h>
#include <string.h>

struct buffer {
    long capacity;
    int length;
    char data[8];
};
struct buffer buffer = {.capacity = 8};

__attribute__((noipa, noinline)) void append(int count)
{
    for (int i = 0; i < count; i++) {
        if (buffer.length == buffer.capacity)
            break;
        else
            buffer.data[buffer.length] = 'a' + buffer.length;
        buffer.length++;
    }
}

__attribute__((noipa, noinline)) void show(void)
{
    printf("new: length %d of %ld %.*s\n", buffer.length, buffer.capacity, buffer.length, buffer.data);
}

int main(void)
{
    int count;
    puts("ready");
    fflush(stdout);
    while (scanf("%d", &count) == 1) {
        if (count)
            append(count);
        show();
        fflush(stdout);
    }
    return 0;
}
