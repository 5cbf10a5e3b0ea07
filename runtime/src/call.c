// Calls a function for the injector in a thread that was stopped anywhere.
#include <polus/patch.h>
#include <polus/registry.h>

void polus_call(struct polus_call *call)
{
    int *place = call->errno_location();
    int saved = *place;
    call->result = call->function(call->arguments[0], call->arguments[1], call->arguments[2]);
    *place = saved;
}
