#include "polus/patch.h"

__attribute__((noipa)) static int answer_v2(int question)
{
    return question * 2;
}

static const struct polus_function functions[] = {
    {"answer", "", "answer_v2", "its body changed", (void *)answer_v2, 0, POLUS_REPLACED, 0},
};

static const struct polus_field fields[] = {
    {"number", 0, 32},
    {"bytes", 32, 64},
};

static const struct polus_layout layouts[] = {
    {"struct client", 12, fields, 2},
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
    .layouts = layouts,
    .layout_count = 1,
    .function_count = 1,
};
