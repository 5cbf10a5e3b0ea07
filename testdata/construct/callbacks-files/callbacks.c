#include "shared.h"

static int doubled(int n)
{
    return 2 * n;
}

void polus_pre_update(void)
{
    if (counter__a > counter__b)
        polus_veto(shared_name(counter__a__old));
    counter__a = doubled(usage__b(counter__a));
}

void polus_function_left_usage__a(void)
{
    struct item item = {1, "x"};
    counter__b = item.number;
}
