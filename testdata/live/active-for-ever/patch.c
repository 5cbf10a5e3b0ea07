#include "polus/patch.h"

#include <stdio.h>
int step(int number);
#pragma weak step

__attribute__((noipa)) static int step_v2(int number)
{
    return number * 2;
}

__attribute__((noipa)) static void *loop_v2(void *unused)
{
    printf("new loop %d\n", step(1));
    return unused;
}

static const struct polus_function functions[] = {
    {"step", "", "step_v2", "its body changed", (void *)step_v2, 0, POLUS_REPLACED, 0},
    {"loop", "", "loop_v2", "its body changed", (void *)loop_v2, 0, POLUS_REPLACED, POLUS_NEVER_RETURNS},
};

static const struct polus_import imports[] = {
    {"step", "step", "", "", 0, 0, POLUS_FUNCTION, 0},
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
    .function_count = 2,
    .imports = imports,
    .import_count = 1,
};
