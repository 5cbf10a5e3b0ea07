#define LARGE
#include "place.h"
#include <stdio.h>

long beyond(struct place *place);

int main(void)
{
    struct place place = { "a", 7 };
    large_offset_t end = beyond(&place);
    printf("%s %ld %ld\n", place.file, place.at, end);
    return 0;
}
