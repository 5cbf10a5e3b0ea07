#include <stdio.h>
#include <stdlib.h>

static struct job *last;

struct job *make(int id);
void show(void);

int main(void)
{
    char line[64];
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (*line == 'm')
            last = make(atoi(line + 1));
        show();
        fflush(stdout);
    }
    return 0;
}
