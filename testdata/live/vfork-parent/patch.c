#include "polus/patch.h"

static long limit_v2;

static void limit_to_new(const void *from, void *to, const void *before)
{
    if (before && !__builtin_memcmp(before, from, sizeof(int)))
        return;
    *(long *)to = *(const int *)from;
}

static void limit_to_old(const void *from, void *to, const void *before)
{
    if (before && !__builtin_memcmp(before, from, sizeof(long)))
        return;
    *(int *)to = (int)*(const long *)from;
}

__attribute__((noipa)) static int answer_v2(int question)
{
    return question * (int)limit_v2;
}

static const struct polus_function functions[] = {
    {"answer", "", "answer_v2", "it uses limit", (void *)answer_v2, 0, POLUS_REPLACED, 0},
};

static const struct polus_variable variables[] = {
    {"limit", "", "", "limit_v2", "its type changed", &limit_v2, limit_to_new, limit_to_old, 0, 4, 8, POLUS_MIGRATED, 0},
};

static const struct polus_use uses[] = {
    {0, 0},
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
    .variables = variables,
    .variable_count = 1,
    .uses = uses,
    .use_count = 1,
};
