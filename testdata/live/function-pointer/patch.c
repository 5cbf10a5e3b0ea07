#include "polus/patch.h"

typedef int handler(int);
handler handle;
#pragma weak handle
int is_stored(handler *now);
#pragma weak is_stored
extern handler *stored;
#pragma weak stored

// an address in an initialiser is the old entry, too
static handler *const table[] = {handle};

__attribute__((noipa)) static int handle_v2(int question)
{
    return question * 2;
}

__attribute__((noipa)) static int ask_v2(int question)
{
    if (!is_stored(handle) || !is_stored(*(handler *const volatile *)&table[0]))
        return -2;
    return stored(question) + 1000;
}

static const struct polus_function functions[] = {
    {"handle", "", "handle_v2", "its body changed", (void *)handle_v2, 0, POLUS_REPLACED, 0},
    {"ask", "", "ask_v2", "its body changed", (void *)ask_v2, 0, POLUS_REPLACED, 0},
};

static const struct polus_import imports[] = {
    {"handle", "handle", "", "", 0, 0, POLUS_FUNCTION, 0},
    {"is_stored", "is_stored", "", "", 0, 0, POLUS_FUNCTION, 0},
    {"stored", "stored", "", "", 0, 8, POLUS_VARIABLE, 0},
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
    .import_count = 3,
};
