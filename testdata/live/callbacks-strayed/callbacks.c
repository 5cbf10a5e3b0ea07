#include <stdio.h>
#include <stdlib.h>

static void say(const char *moment)
{
    char *text = malloc(64);
    snprintf(text, 64, "callback %s", moment);
    puts(text);
    fflush(stdout);
    free(text);
}

void polus_thread_left_hold(void) { say("thread left hold"); }
void polus_function_left_hold(void) { say("all left hold"); }
void polus_post_update(void) { say("after"); }
