#include <stdio.h>
#include <stdlib.h>

/* It may allocate and print. */
static void say(const char *moment)
{
    char *text = malloc(64);
    snprintf(text, 64, "callback %s", moment);
    puts(text);
    fflush(stdout);
    free(text);
}

void polus_pre_update(void) { say("before"); }
void polus_thread_left_hold(void) { say("thread left hold"); }
void polus_function_left_hold(void) { say("all left hold"); }
void polus_function_left_act(void) { say("all left act"); }
void polus_data_unused_state(void)
{
    state.value += 1000;
    say("state unused");
}
void polus_post_update(void) { say("after"); }
