#include <string.h>
static char line[16];
int parse(void)
{
    char *end = strchr(line, ':');
    if (!end || strstr(line, "x") == 0)
        return 0;
    *end = 0;
    strcpy(line, "y");
    return *strrchr(line, 'y') + (int)strlen(strchr(line, 'y'));
}
