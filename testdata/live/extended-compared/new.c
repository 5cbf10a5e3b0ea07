// Values of an enumeration stand in objects on the heap and are compared by order, which is another one in
// the new version: old numbers stay, new code compares as it is written.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum state { READY, LATE, DONE, WAIT, BACK, FAILED, STATES };
struct job {
    struct job *next;
    enum state state;
};
static struct job *jobs;

static const char *const names[STATES] = {"ready", "late", "done", "wait", "back", "failed"};

__attribute__((noipa, noinline)) enum state state_of(const struct job *job) { return job->state; }

__attribute__((noipa, noinline)) int is_over(const struct job *job)
{
    return job->state >= BACK || WAIT < job->state;
}

__attribute__((noipa, noinline)) int order(const struct job *one, const struct job *other)
{
    int first = state_of(one);
    return (one->state) < state_of(other) ? -1 : (int)first > (enum state)(other->state) ? 1 : 0;
}

__attribute__((noipa, noinline)) void add(const char *name)
{
    struct job **end = &jobs, *job = calloc(1, sizeof *job);
    while (job->state < STATES && strcmp(names[job->state], name) != 0)
        job->state++;
    while (*end)
        end = &(*end)->next;
    *end = job;
}

__attribute__((noipa, noinline)) void show(void)
{
    for (struct job *job = jobs; job; job = job->next)
        printf("%s%s%s\n", job->state < STATES ? names[job->state] : "?", is_over(job) ? " over" : "",
               !job->next ? "" : order(job, job->next) < 0 ? " <" : order(job, job->next) > 0 ? " >" : " =");
}

int main(void)
{
    char line[40];
    setvbuf(stdout, 0, _IOLBF, 0);
    puts("ready");
    while (scanf("%39s", line) == 1) {
        if (strcmp(line, "show") == 0)
            show();
        else
            add(line);
    }
}
