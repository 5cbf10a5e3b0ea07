#include <stdio.h>

void polus_pre_update(void)
{
    int most = sizeof buffer__old.data;
    if (buffer__old.length > 100)
        polus_veto("the buffer's length is nonsense");
    else if (buffer__old.length > most)
        buffer__old.length = most;
}
