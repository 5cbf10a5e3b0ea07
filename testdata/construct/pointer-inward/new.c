#include <stdio.h>
static struct buffer {
    char *pos;
    int lines;
    int more;
    char data[128];
} buffer = {.pos = buffer.data};
void add(int c)
{
    if (buffer.pos < buffer.data + sizeof buffer.data)
        *buffer.pos++ = (char)c;
}
void show(void)
{
    printf("%.*s\n", (int)(buffer.pos - buffer.data), buffer.data);
}
void reset(void)
{
    buffer.pos = buffer.data;
}
int main(void)
{
    int c;
    while ((c = getchar()) != EOF) {
        if (c == '\n')
            show();
        else if (c == '!')
            reset();
        else
            add(c);
    }
    return 0;
}
