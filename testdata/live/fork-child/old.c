// A server that forks: children made before the update are processes of their own.
#include <sys/wait.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int to_child[2], to_parent[2];

__attribute__((noinline)) int answer(int question)
{
    return question * 3 + 1;
}

static void serve_child(void)
{
    int question;
    while (read(to_child[0], &question, sizeof question) == sizeof question && question) {
        int answered = answer(question);
        if (write(to_parent[1], &answered, sizeof answered) < 0)
            _exit(1);
    }
    _exit(0);
}

static void ask_child(int question)
{
    int answered = 0;
    if (write(to_child[1], &question, sizeof question) < 0 || (question && read(to_parent[0], &answered, sizeof answered) < 0))
        exit(1);
    printf("child says %d\n", answered);
}

int main(void)
{
    char line[64];
    int question;
    pid_t child = 0;
    if (pipe(to_child) || pipe(to_parent))
        return 1;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        if (question == 1) {
            child = fork();
            if (child == 0)
                serve_child();
            printf("child %d\n", child);
        } else if (question == 2) {
            ask_child(0);
            waitpid(child, 0, 0);
        } else {
            printf("parent says %d\n", answer(question));
            ask_child(question);
        }
        fflush(stdout);
    }
    return 0;
}
