#include <syslog.h>

static int freed;

/* Nothing is updated yet: what changes its type is NAME__old still. */
void polus_pre_update(void)
{
    if (input.used > 2 * input.size)
        polus_veto("the heap is damaged: restart the server");
    if (pending < 0) {
        pending = 0; /* drain() would go on for hours */
        freed = 1;
    }
    if (limits__old.seconds <= 0)
        limits__old.seconds = 60;
}

static void truncate(struct buffer *of)
{
    if (of->used > of->size) {
        of->used = of->size;
        of->text[of->size - 1] = 0;
    }
}

/* Each time a thread has left the old append(), and once more when all have. */
void polus_thread_left_append(void)
{
    truncate(&input);
}

void polus_function_left_append(void)
{
    truncate(&input);
}

/* What stands in the new instance from now on is the new code's alone. */
void polus_data_unused_limits(void)
{
    if (limits.milliseconds < 1000)
        limits.milliseconds = 1000;
}

void polus_post_update(void)
{
    if (freed)
        syslog(LOG_WARNING, "a thread that drained for ever was freed");
}

/* Seconds have become milliseconds, which no rule can know. */
void polus_to_new_limits(const struct limits__old *from, struct limits *to)
{
    to->clients = from->clients;
    to->milliseconds = from->seconds * 1000L;
}

void polus_to_old_limits(const struct limits *from, struct limits__old *to)
{
    to->clients = from->clients;
    to->seconds = (int)(from->milliseconds / 1000);
}
