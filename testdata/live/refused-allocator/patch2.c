// A patch that extends no type.
#include "polus/patch.h"

struct item {
    long id, weight;
};

__attribute__((noipa)) static long touch_v2(struct item *item)
{
    return 2 * item->weight;
}

static const struct polus_function functions[] = {
    { "touch", "", "touch_v2", "its body changed", (void *)touch_v2, 0, POLUS_REPLACED, 0 },
};

const struct polus_patch polus_patch = {
    .abi = POLUS_ABI,
    .struct_size = sizeof(struct polus_patch),
    .from_version = 0,
    .to_version = 1,
    .id = "y",
    .from = "old",
    .to = "other",
    .program = "",
    .build_id = "",
    .text_digest = "",
    .functions = functions,
    .function_count = 1,
};
