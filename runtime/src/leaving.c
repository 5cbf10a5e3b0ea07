// What happens at a door besides passing it, in the thread that leaves.
#include <polus/doors.h>

// Runs the callbacks of the function that is left (paper 3.4). The caller has saved
// all registers; errno belongs to the interrupted code.
__attribute__((visibility("hidden"))) void polus_left(struct polus_door *door)
{
    struct polus_leaving *leaving = door->leaving;
    if (!leaving)
        return;
    int *place = leaving->errno_location ? leaving->errno_location() : 0;
    int saved = place ? *place : 0;
    if (leaving->thread_left)
        leaving->thread_left();
    if (__atomic_sub_fetch(&leaving->threads, 1, __ATOMIC_ACQ_REL) == 0 && leaving->function_left)
        leaving->function_left();
    if (place)
        *place = saved;
}
