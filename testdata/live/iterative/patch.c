#include "polus/patch.h"

extern int calls;
#pragma weak calls
int helper(int question);
#pragma weak helper

__attribute__((noipa)) static int answer_v2(int question)
{
    calls++;
    return helper(question) + 2000;
}

__attribute__((noipa)) static int helper_v2(int question)
{
    return question * 2;
}

static const struct polus_function functions[] = {
    {"answer", "", "answer_v2", "its body changed", (void *)answer_v2, 0, POLUS_REPLACED, 0},
    {"helper", "", "helper_v2", "its body changed", (void *)helper_v2, 0, POLUS_REPLACED, 0},
};

static const struct polus_import imports[] = {
    {"calls", "calls", "", "", 0, 4, POLUS_VARIABLE, 0},
    {"helper", "helper", "", "", 0, 0, POLUS_FUNCTION, 0},
};

const struct polus_patch polus_patch = {
    .abi = POLUS_ABI,
    .struct_size = sizeof(struct polus_patch),
    .from_version = 0,
    .to_version = 1,
    .id = "b",
    .from = "a",
    .to = "b",
    .program = "",
    .build_id = "",
    .text_digest = "",
    .functions = functions,
    .function_count = 2,
    .imports = imports,
    .import_count = 2,
};
