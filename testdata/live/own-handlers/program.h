#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGES 4096
#define SLEEPERS 8

static char *grown;          /* pages that become usable when they are touched */
static volatile int pages, traps, ended, woken, wrong;
static pthread_t writer;
static sem_t begin, done, spin_begin, spin_done, never;
static char order;
static int number, pipes[2], listener, epoll, word;

void act(int n);

static void on_segv(int signal, siginfo_t *info, void *context)
{
    char *page = (char *)((unsigned long)info->si_addr & ~4095ul);
    if (page != grown + 4096l * pages || mprotect(page, 4096, PROT_READ | PROT_WRITE))
        _exit(20);
    pages++;
}

static void on_trap(int signal, siginfo_t *info, void *context)
{
    /* int3, raise and pthread_kill are the program's own */
    if (info->si_code != SI_KERNEL && info->si_code != SI_TKILL)
        wrong++;
    traps++;
}

static void on_child(int signal, siginfo_t *info, void *context)
{
    int status, before = errno;
    while (waitpid(-1, &status, WNOHANG) > 0)
        ended++;
    errno = before;
}

static void handle(int signal, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};
    sigaction(signal, &action, 0);
}

static volatile int inside;

/* Stays, with all signals blocked, until it is told to leave. */
__attribute__((noinline, noclone)) int hold(void)
{
    inside = 1; /* so that no loop begins among the first bytes */
    for (int rounds = 0;; rounds++) {
        sem_wait(&begin);
        if (order == 'W')
            state.value = number;
        else if (order == 'R')
            printf("held value %d text %s.\n", state.value, state.text);
        else
            return rounds;
        fflush(stdout);
        sem_post(&done);
    }
}

/* Writes on and on, and out of pages that are not there yet. */
__attribute__((noinline, noclone)) int spin(void)
{
    for (int rounds = 0;; rounds++) {
        while (sem_wait(&spin_begin))
            ;
        if (order == 'S') {
            for (int i = 0; i < number; i++)
                state.value++;
        } else if (order == 'G') {
            memcpy(state.text, grown + 4096l * pages, sizeof state.text);
        } else
            return rounds;
        sem_post(&spin_done);
    }
}

static void *holder(void *unused)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, 0);
    printf("left after %d rounds\n", hold());
    fflush(stdout);
    sem_post(&done);
    return unused;
}

static void *spinner(void *unused)
{
    spin();
    sem_post(&spin_done);
    return unused;
}

static void *sleeper(void *argument)
{
    struct timespec hour = {3600, 0};
    struct epoll_event event;
    struct pollfd polled = {.fd = pipes[0], .events = POLLIN};
    sigset_t some;
    char byte;
    sigemptyset(&some);
    sigaddset(&some, SIGUSR1);
    switch ((long)argument) {
    case 0: nanosleep(&hour, 0); break;
    case 1: poll(&polled, 1, -1); break;
    case 2: epoll_wait(epoll, &event, 1, -1); break;
    case 3: sem_wait(&never); break;
    case 4: syscall(SYS_futex, &word, FUTEX_WAIT, 0, &hour, 0, 0); break;
    case 5: accept(listener, 0, 0); break;
    case 6: sigtimedwait(&some, 0, &hour); break;
    default: woken += read(pipes[0], &byte, 1) < 0;
    }
    woken++;
    return 0;
}

static void events(void)
{
    int last = ended + 3;
    for (int i = 0; i < 3; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        grown[4096l * pages] = 1;
    }
    raise(SIGTRAP);
    __asm__ volatile("int3");
    while (ended < last)
        usleep(1000);
    printf("pages %d traps %d ended %d wrong %d woken %d\n", pages, traps, ended, wrong, woken);
}

/* Each of its traps reaches a thread that is writing. */
static void trap_writer(void)
{
    int lost = 0;
    sem_post(&spin_begin);
    for (int i = 0; i < 20; i++) {
        int before = traps;
        pthread_kill(writer, SIGTRAP);
        for (int wait = 0; traps == before && wait < 2000; wait++)
            usleep(1000);
        lost += traps == before;
    }
    while (sem_wait(&spin_done))
        ;
    printf("lost %d\n", lost);
}

static int serve(void)
{
    char line[64];
    pthread_t thread;
    sigset_t child;
    handle(SIGSEGV, on_segv, 0);
    handle(SIGTRAP, on_trap, 0);
    handle(SIGCHLD, on_child, SA_RESTART);
    grown = mmap(0, 4096l * PAGES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    sem_init(&begin, 0, 0);
    sem_init(&done, 0, 0);
    sem_init(&spin_begin, 0, 0);
    sem_init(&spin_done, 0, 0);
    sem_init(&never, 0, 0);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    epoll = epoll_create1(0);
    if (pipe(pipes) || listen(listener, 8))
        return 2;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigaddset(&child, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &child, 0);
    pthread_create(&thread, 0, holder, 0);
    pthread_create(&writer, 0, spinner, 0);
    for (long i = 0; i < SLEEPERS; i++)
        pthread_create(&thread, 0, sleeper, (void *)i);
    pthread_sigmask(SIG_UNBLOCK, &child, 0);
    printf("server %d\n", getpid());
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        number = atoi(line + 1);
        order = *line;
        if (order == 'e')
            events();
        else if (order == 'a')
            act(number);
        else if (order == 'T') {
            order = 'S';
            trap_writer();
        } else if (order == 'G' || order == 'q') {
            sem_post(&spin_begin);
            while (sem_wait(&spin_done))
                ;
            puts("spun");
        } else {
            sem_post(&begin);
            while (sem_wait(&done))
                ;
            puts("done");
        }
        fflush(stdout);
    }
    return woken + wrong;
}

int main(void)
{
    int status, seen = 0;
    pid_t child = fork();
    if (child == 0)
        exit(serve());
    for (;;) {
        if (waitpid(child, &status, WUNTRACED | WCONTINUED) < 0)
            return 9;
        if (WIFEXITED(status))
            return WEXITSTATUS(status) + 10 * seen;
        seen++;
        if (WIFSIGNALED(status))
            return 8;
    }
}
