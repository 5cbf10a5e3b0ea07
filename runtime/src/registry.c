// The root that a later injector finds by its magic.
#include <polus/patch.h>
#include <polus/registry.h>

struct polus_registry polus_registry = {
    .magic = POLUS_REGISTRY_MAGIC,
    .abi = POLUS_REGISTRY_ABI,
    .size = sizeof(struct polus_registry),
};
