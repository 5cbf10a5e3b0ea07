// Callbacks run in the leaving threads: for each, and once when the last has left.
// They find and leave registers, flags, vectors and errno as the function returned
// them; a signal, and a backtrace, come in the middle.
// watch: serve
// calls: serve
// doors: 3
// left: 3
// expect: backtrace through
// expect: returned 3
// expect: threads 3 functions 1 signals 3
#include "common.h"
#include <polus/doors.h>

static int pipes[2];
static int threads_left, functions_left, signals, broken;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int waiting;

static void handler(int number)
{
    (void)number;
    errno = ERANGE;
    __atomic_add_fetch(&signals, 1, __ATOMIC_SEQ_CST);
}

static void dirty(void)
{
    double zero[8] = {0};
    __asm__ volatile("vpxor %%ymm0, %%ymm0, %%ymm0\n\tvpxor %%ymm7, %%ymm7, %%ymm7\n\t"
                     "vpxor %%ymm15, %%ymm15, %%ymm15\n\tfldz\n\tstd\n\tcld"
                     : : "m"(zero) : "xmm0", "xmm7", "xmm15");
}

static void thread_left(void)
{
    void *frames[32];
    // a backtrace from here passes the door, and ends in clone
    int count = backtrace(frames, 32);
    raise(SIGUSR1);
    errno = EDOM;
    dirty();
    if (__atomic_add_fetch(&threads_left, 1, __ATOMIC_SEQ_CST) == 1)
        say(count >= 6 ? "backtrace through" : "backtrace ends");
}

static void function_left(void)
{
    __atomic_add_fetch(&functions_left, 1, __ATOMIC_SEQ_CST);
}

struct polus_leaving leaving = {thread_left, function_left, __errno_location, 0, 0};

// Returns with everything set; a caller that was compiled with it may count on any.
__asm__(".text\n.globl serve\n.type serve, @function\nserve:\n.cfi_startproc\n"
        "sub $24, %rsp\n.cfi_adjust_cfa_offset 24\n"
        "call park\n"
        "vmovdqu wide(%rip), %ymm0\nvmovdqu wide+8(%rip), %ymm7\nvmovdqu wide+16(%rip), %ymm15\n"
        "mov $1, %eax\nmov $2, %ecx\nmov $3, %edx\nmov $4, %esi\nmov $5, %edi\n"
        "mov $6, %r8d\nmov $7, %r9d\nmov $8, %r10d\nmov $9, %r11d\n"
        "add $24, %rsp\n.cfi_adjust_cfa_offset -24\n"
        "std\nstc\n"
        "ret\n.cfi_endproc\n.size serve, . - serve\n");

unsigned long wide[8] = {11, 12, 13, 14, 15, 16, 17, 18};

__attribute__((used)) void park(void)
{
    char byte;
    __atomic_add_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
    if (read(pipes[0], &byte, 1) != 1)
        _exit(74);
    errno = EPIPE;
}

struct found {
    unsigned long general[9];
    unsigned long vectors[12];
    unsigned long flags;
};

void calls(struct found *found);

// Not inline assembly: the calls in it need their own unwind rows.
__asm__(".text\n.type calls, @function\ncalls:\n.cfi_startproc\n"
        "push %rbx\n.cfi_adjust_cfa_offset 8\n.cfi_rel_offset rbx, 0\n"
        "mov %rdi, %rbx\ncall serve\n"
        "mov %rax, (%rbx)\npushfq\n.cfi_adjust_cfa_offset 8\n"
        "pop %rax\n.cfi_adjust_cfa_offset -8\nmov %rax, 168(%rbx)\ncld\n"
        "mov %rcx, 8(%rbx)\nmov %rdx, 16(%rbx)\nmov %rsi, 24(%rbx)\nmov %rdi, 32(%rbx)\n"
        "mov %r8, 40(%rbx)\nmov %r9, 48(%rbx)\nmov %r10, 56(%rbx)\nmov %r11, 64(%rbx)\n"
        "vmovdqu %ymm0, 72(%rbx)\nvmovdqu %ymm7, 104(%rbx)\nvmovdqu %ymm15, 136(%rbx)\n"
        "pop %rbx\n.cfi_adjust_cfa_offset -8\n.cfi_same_value rbx\n"
        "ret\n.cfi_endproc\n.size calls, . - calls\n");

static void check(void)
{
    struct found found;
    calls(&found);
    int right = errno == EPIPE && (found.flags & 0x401) == 0x401;
    for (unsigned i = 0; i < 9; i++)
        right &= found.general[i] == i + 1;
    right &= !memcmp(found.vectors, wide, 32) && !memcmp(found.vectors + 4, wide + 1, 32) &&
             !memcmp(found.vectors + 8, wide + 2, 32);
    pthread_mutex_lock(&mutex);
    broken += !right;
    pthread_mutex_unlock(&mutex);
}

static void *thread(void *argument)
{
    check();
    return argument;
}

int main(void)
{
    char line[64];
    pthread_t ids[3];
    signal(SIGUSR1, handler);
    if (pipe(pipes))
        return 1;
    for (int i = 0; i < 3; i++)
        if (pthread_create(&ids[i], 0, thread, 0))
            return 1;
    while (__atomic_load_n(&waiting, __ATOMIC_SEQ_CST) < 3)
        sched_yield();
    ready();
    if (write(pipes[1], "123", 3) != 3)
        return 1;
    for (int i = 0; i < 3; i++)
        pthread_join(ids[i], 0);
    snprintf(line, sizeof line, "returned %d", 3 - broken);
    say(line);
    snprintf(line, sizeof line, "threads %d functions %d signals %d", threads_left, functions_left, signals);
    say(line);
    done();
    return 0;
}
