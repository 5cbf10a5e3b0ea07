#include "polus/patch.h"

extern int one_count, two_count;
#pragma weak one_count
#pragma weak two_count

__attribute__((noipa)) static int one_next_v2(int question)
{
    one_count += question;
    return one_count + 1000;
}

__attribute__((noipa)) static int two_next_v2(int question)
{
    two_count += question * 2;
    return two_count + 2001;
}

static const struct polus_function functions[] = {
    {"next", "one/util.c", "one_next_v2", "its body changed", (void *)one_next_v2, 0, POLUS_REPLACED, 0},
    {"next", "two/util.c", "two_next_v2", "its body changed", (void *)two_next_v2, 0, POLUS_REPLACED, 0},
};

static const struct polus_import imports[] = {
    {"one_count", "count", "one/util.c", "next", 0, 4, POLUS_VARIABLE, 0},
    {"two_count", "count", "two/util.c", "next", 0, 4, POLUS_VARIABLE, 0},
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
    .import_count = 2,
};
