#include "polus/patch.h"

__attribute__((noipa)) static int head0_v2(volatile int *flag, int by)
{
    while (*flag)
        ;
    return by;
}

__attribute__((noipa)) static int head1_v2(volatile int *flag, int by)
{
    while (*flag)
        ;
    return by;
}

__attribute__((noipa)) static int head2_v2(volatile int *flag, int by)
{
    while (*flag)
        ;
    return by;
}

__attribute__((noipa)) static int head3_v2(volatile int *flag, int by)
{
    while (*flag)
        ;
    return by;
}

__attribute__((noipa)) static int head4_v2(volatile int *flag, int by)
{
    while (*flag)
        ;
    return by;
}

static const struct polus_function functions[] = {
    {"head0", "", "head0_v2", "its body changed", (void *)head0_v2, 0, POLUS_REPLACED, 0},
    {"head1", "", "head1_v2", "its body changed", (void *)head1_v2, 0, POLUS_REPLACED, 0},
    {"head2", "", "head2_v2", "its body changed", (void *)head2_v2, 0, POLUS_REPLACED, 0},
    {"head3", "", "head3_v2", "its body changed", (void *)head3_v2, 0, POLUS_REPLACED, 0},
    {"head4", "", "head4_v2", "its body changed", (void *)head4_v2, 0, POLUS_REPLACED, 0},
};

const struct polus_patch polus_patch = {
    .abi = POLUS_ABI,
    .struct_size = sizeof(struct polus_patch),
    .from_version = 0,
    .to_version = 1,
    .id = "loops",
    .from = "old",
    .to = "new",
    .program = "",
    .build_id = "",
    .text_digest = "",
    .functions = functions,
    .function_count = 5,
};
