// struct item gets a count of touches, which begins at 1000 and the weight.
#include "polus/patch.h"
#include "polus/extend.h"

#pragma weak polus_extension_find
#pragma weak polus_extension_cache
#pragma weak named

struct item {
    long id, weight;
};
struct fields {
    long count;
};
extern struct item named;

static void start(void *object, void *fields)
{
    ((struct fields *)fields)->count = 1000 + ((struct item *)object)->weight;
}

static const struct polus_extension_type item_type = { "struct item", sizeof(struct item),
                                                       sizeof(struct fields), start };

static struct {
    struct polus_extension head;
    struct fields fields;
} named_record;

__attribute__((noipa)) static long touch_v2(struct item *item)
{
    struct fields *fields = polus_extension(item, &item_type);
    return ++fields->count;
}

__attribute__((noipa)) static long peek_v2(void)
{
    return named_record.fields.count;
}

static const struct polus_function functions[] = {
    { "touch", "", "touch_v2", "its body changed", (void *)touch_v2, 0, POLUS_REPLACED, 0 },
    { "peek", "", "peek_v2", "its body changed", (void *)peek_v2, 0, POLUS_REPLACED, 0 },
};

static const struct polus_import imports[] = {
    { "named", "named", "", "", 0, sizeof(struct item), POLUS_VARIABLE, 0 },
    { "polus_extension_find", "polus_extension_find", "", "", 0, 0, POLUS_RUNTIME, 0 },
    { "polus_extension_cache", "polus_extension_cache", "", "", 0, 0, POLUS_RUNTIME, 0 },
};

static const struct polus_companion companions[] = {
    { &named, 1, &named_record, sizeof named_record, &item_type },
};

static const struct polus_extension_type *const types[] = { &item_type };

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
    .companions = companions,
    .companion_count = 1,
    .extension_types = types,
    .extension_type_count = 1,
};
