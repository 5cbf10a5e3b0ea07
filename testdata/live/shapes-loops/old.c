// Loops whose heads lie at their functions' entries, or one to four bytes behind: while such a loop
// runs, its next turn would lead into the jump, or start the new version half-way.
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define LOOP(name, first) \
    __asm__(".text\n\t.p2align 4\n\t.globl " name "\n\t.type " name ", @function\n" name ":\n\t.cfi_startproc\n\t" first \
            "1:\tcmpl $0, (%rdi)\n\tmovl $100, %esi\n\tjne 1b\n\tmovl $1, %eax\n\tret\n\t.cfi_endproc\n\t.size " name \
            ", . - " name "\n");
LOOP("head0", "")
LOOP("head1", "nop\n")
LOOP("head2", "xorl %eax, %eax\n")
LOOP("head3", "nopl (%rax)\n")
LOOP("head4", "nopl 0x40(%rax)\n")
int head0(volatile int *, int), head1(volatile int *, int), head2(volatile int *, int);
int head3(volatile int *, int), head4(volatile int *, int);

int (*const heads[])(volatile int *, int) = {head0, head1, head2, head3, head4};
volatile int runs;
int which;

static void *spin(void *unused)
{
    printf("left with %d\n", heads[which](&runs, 2));
    fflush(stdout);
    return unused;
}

int main(void)
{
    char line[64];
    pthread_t thread;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "spin %d", &which) == 1) {
            runs = 1;
            pthread_create(&thread, 0, spin, 0);
            puts("spins");
        } else if (strcmp(line, "stop\n") == 0) {
            runs = 0;
            pthread_join(thread, 0);
        } else {
            runs = 0;
            for (int i = 0; i < 5; i++)
                printf("%d%c", heads[i](&runs, 2), i < 4 ? ' ' : '\n');
        }
        fflush(stdout);
    }
    return 0;
}
