// Sees no file system, has another user's rights, and may not be dumped.
#define _GNU_SOURCE
#include <grp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((noinline)) int answer(int question)
{
    return question * 3 + 1;
}

static void enclose(void)
{
    char folder[] = "/tmp/polus-chroot-XXXXXX";
    if (!mkdtemp(folder) || chdir(folder) || chroot(".") || chmod("/", 0) || setgroups(0, 0) || setgid(65534) || setuid(65534))
        exit(2);
    prctl(PR_SET_DUMPABLE, 0);
}

int main(void)
{
    char line[64];
    int question;
    enclose();
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d\n", answer(question));
        fflush(stdout);
    }
    return 0;
}
