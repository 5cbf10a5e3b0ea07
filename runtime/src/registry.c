// The root that a later injector finds by its magic, and room for records.
#include <polus/patch.h>
#include <polus/registry.h>
#include <sys/mman.h>
#include <sys/syscall.h>

struct polus_registry polus_registry = {
    .magic = POLUS_REGISTRY_MAGIC,
    .abi = POLUS_REGISTRY_ABI,
    .size = sizeof(struct polus_registry),
};

// A raw system call: the caller may have been stopped anywhere, so errno is not ours.
static long map_private(unsigned long bytes)
{
    register long flags __asm__("r10") = MAP_PRIVATE | MAP_ANONYMOUS;
    register long fd __asm__("r8") = -1;
    register long offset __asm__("r9") = 0;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(SYS_mmap), "D"(0), "S"(bytes), "d"(PROT_READ | PROT_WRITE), "r"(flags), "r"(fd),
                       "r"(offset)
                     : "rcx", "r11", "memory");
    return result;
}

// Pages for a record, zeroed; null where the target may not have more memory.
void *polus_reserve(unsigned long bytes)
{
    long address = map_private(bytes);
    return address < 0 && address > -4096 ? 0 : (void *)address;
}
