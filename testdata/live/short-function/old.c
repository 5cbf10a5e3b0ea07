// A function that holds no jump: its section is full up to the next symbol.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__asm__(".text\n"
        ".globl tiny\n"
        ".type tiny, @function\n"
        "tiny: lea 1(%rdi), %eax\n"
        "ret\n"
        ".size tiny, . - tiny\n"
        ".globl after\n"
        ".type after, @function\n"
        "after: lea 2(%rdi), %eax\n"
        "ret\n"
        ".size after, . - after\n");
int tiny(int question);

int main(void)
{
    char line[64];
    int question;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &question) == 1) {
        printf("answer %d\n", tiny(question));
        fflush(stdout);
    }
    return 0;
}
