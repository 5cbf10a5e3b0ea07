#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct chunk *chunks;
static void *elements;

void add(int number);
void show(void);
void elect(int number);

int main(void)
{
    char line[64];
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        switch (*line) {
        case 'a': add(atoi(line + 1)); break;
        case 'e': elect(atoi(line + 1)); break;
        default: show();
        }
        fflush(stdout);
    }
    return 0;
}
