#include "polus/patch.h"

struct limits_v1 {
    int low, high;
};

struct limits_v2 {
    int weight, low, high;
};
static struct limits_v2 limits_v2 = {7, 0, 0};

static void limits_to_new(const void *from, void *to, const void *before)
{
    const struct limits_v1 *old = from;
    struct limits_v2 *new = to;
    if (before && !__builtin_memcmp(before, from, sizeof *old))
        return;
    new->low = old->low;
    new->high = old->high;
}

static void limits_to_old(const void *from, void *to, const void *before)
{
    const struct limits_v2 *new = from;
    struct limits_v1 *old = to;
    if (before && !__builtin_memcmp(before, from, sizeof *new))
        return;
    old->low = new->low;
    old->high = new->high;
}

__attribute__((noipa)) static int rate_v2(int question)
{
    return limits_v2.low + limits_v2.high * limits_v2.weight + question;
}

static const struct polus_function functions[] = {
    {"rate", "", "rate_v2", "it uses limits", (void *)rate_v2, 0, POLUS_REPLACED, 0},
};

static const struct polus_variable variables[] = {
    {"limits", "", "", "limits_v2", "its type changed", &limits_v2, limits_to_new, limits_to_old, 0, 8, 12, POLUS_MIGRATED, 0},
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
