#include "polus/patch.h"

extern __thread int calls, total;
#pragma weak calls
#pragma weak total

__attribute__((noipa)) static int answer_v2(int question)
{
    calls += 10;
    total -= question;
    return calls * 1000 + total;
}

static const struct polus_function functions[] = {
    {"answer", "", "answer_v2", "its body changed", (void *)answer_v2, 0, POLUS_REPLACED, 0},
};

static const struct polus_import imports[] = {
    {"calls", "calls", "", "", 0, 4, POLUS_THREAD_VARIABLE, 0},
    {"total", "total", "old.c", "", 0, 4, POLUS_THREAD_VARIABLE, 0},
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
    .import_count = 2,
};
