// An enumeration gets other numbers; what stands in globals crosses by name, there and back.
#include <stdio.h>
#include <unistd.h>

enum phase { IDLE, READY, DONE };
enum phase phase = READY;
struct {
    enum phase now;
    enum phase past[2];
} job = {DONE, {IDLE, READY}};

static const char *const names[] = {[IDLE] = "idle", [READY] = "ready", [DONE] = "done"};

__attribute__((noinline)) void show(void)
{
    printf("old: %s %d, %s after %s %s\n", names[phase], phase, names[job.now], names[job.past[0]],
           names[job.past[1]]);
    fflush(stdout);
}

__attribute__((noinline)) void turn(void)
{
    job.past[0] = job.now;
    if (job.now == DONE)
        job.now = IDLE;
    else
        job.now++;
    phase = job.now;
}

__attribute__((noinline)) void serve(char command)
{
    if (command == 't')
        turn();
    if (command == 's')
        show();
}

int main(void)
{
    char command;
    puts("started");
    fflush(stdout);
    while (read(0, &command, 1) == 1)
        serve(command);
    return 0;
}
