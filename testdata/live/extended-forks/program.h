#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOR_PATCH __attribute__((noipa, noinline))

static struct session *sessions[4];
static struct session shared = {.id = 9};
static int to_child[2], to_parent[2];

void act(const char *who, const char *line);

/* A child serves until it is told to end; it never leaves this loop before. */
FOR_PATCH void serve_child(void)
{
    char line[64];
    struct session *own = calloc(1, sizeof *own);
    own->id = 8;
    sessions[3] = own;
    while (read(to_child[0], line, sizeof line) == sizeof line && *line != 'e') {
        act("child", line);
        fflush(stdout);
        if (write(to_parent[1], line, 1) != 1)
            _exit(1);
    }
    _exit(0);
}

int main(void)
{
    char line[64];
    pid_t child = 0;
    int status;
    if (pipe(to_child) || pipe(to_parent))
        return 1;
    for (int i = 0; i < 3; i++) {
        sessions[i] = calloc(1, sizeof **sessions);
        sessions[i]->id = i;
    }
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        switch (*line) {
        case 'f':
            child = fork();
            if (child == 0)
                serve_child();
            printf("child %d\n", child);
            break;
        case 'c':
        case 'e':
            memmove(line, line + (*line == 'c'), sizeof line - 1);
            if (write(to_child[1], line, sizeof line) != sizeof line)
                return 2;
            if (*line == 'e') {
                waitpid(child, &status, 0);
                printf("ended with %d\n", status);
            } else if (read(to_parent[0], line, 1) != 1)
                return 3;
            break;
        default: act("parent", line);
        }
        fflush(stdout);
    }
    return 0;
}
