#include "polus/patch.h"

extern int printf(const char *, ...);

__attribute__((noipa)) static void record_v2(const char *unused, int amount)
{
    (void)unused;
    printf("new %d\n", amount);
}

static const struct polus_function functions[] = {
    {"record", "old.c", "record_v2", "its body changed", (void *)record_v2, 0, POLUS_REPLACED, 0},
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
