#include "polus/patch.h"

__attribute__((noipa)) static int answer_v2(int question)
{
    return question * 2;
}

static const struct polus_function functions[] = {
    {"answer", "", "answer_v2", "its body changed", (void *)answer_v2, 0, POLUS_REPLACED, 0},
};

const struct polus_patch polus_patch = {
    .abi = POLUS_ABI,
    .struct_size = sizeof(struct polus_patch),
    .from_version = 0,
    .to_version = 1,
    .id = "x",
    .from = "old",
    .to = "new",
    .program = "",
    .build_id = "",
    .text_digest = "",
    .functions = functions,
    .function_count = 1,
};
