#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void set(const char *name, long value);
void show(void);
void serve(struct server *of);

int main(void)
{
    char line[64], name[32];
    long value;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "set %31s %ld", name, &value) == 2)
            set(name, value);
        else
            serve(all);
        show();
        fflush(stdout);
    }
    return 0;
}
