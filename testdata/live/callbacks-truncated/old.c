// A bug let a buffer's length run beyond its size; the update truncates it before anything else.
#include <stdio.h>
#include <string.h>

struct buffer {
    int length;
    char data[8];
};
struct buffer buffer;

__attribute__((noipa, noinline)) void append(int count)
{
    for (int i = 0; i < count; i++) {
        if (buffer.length < 8)
            buffer.data[buffer.length] = 'a' + buffer.length;
        buffer.length++;
    }
}

__attribute__((noipa, noinline)) void show(void)
{
    printf("old: length %d\n", buffer.length);
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
