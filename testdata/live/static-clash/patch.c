#include "polus/patch.h"

extern int counter__two;
#pragma weak counter__two

__attribute__((noipa)) static int count_v2(int question)
{
    counter__two -= question;
    return counter__two;
}

static const struct polus_function functions[] = {
    {"count", "src/two.c", "count_v2", "its body changed", (void *)count_v2, 0, POLUS_REPLACED, 0},
};

static const struct polus_import imports[] = {
    {"counter__two", "counter", "src/two.c", "", 0, 4, POLUS_VARIABLE, 0},
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
    .imports = imports,
    .import_count = 1,
};
