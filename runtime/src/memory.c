// Pages and bytes of the target, by raw system calls: the caller may have been
// stopped anywhere, so neither errno nor the allocator is ours.
#define _GNU_SOURCE
#include <polus/patch.h>
#include <polus/registry.h>
#include <polus/memory.h>
#include <sys/mman.h>
#include <sys/syscall.h>

long polus_raw(long number, const long *arguments)
{
    register long fourth __asm__("r10") = arguments[3];
    register long fifth __asm__("r8") = arguments[4];
    register long sixth __asm__("r9") = arguments[5];
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(arguments[0]), "S"(arguments[1]), "d"(arguments[2]), "r"(fourth),
                       "r"(fifth), "r"(sixth)
                     : "rcx", "r11", "memory");
    return result;
}

static int failed(long result)
{
    return result < 0 && result > -4096;
}

void polus_system(struct polus_system *call)
{
    call->result = polus_raw(call->number, call->arguments);
}

// Zeroed pages; null where the target may not have more memory.
void *polus_reserve(unsigned long bytes)
{
    long arguments[6] = { 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 };
    long address = polus_raw(SYS_mmap, arguments);
    return failed(address) ? 0 : (void *)address;
}

void polus_release(void *start, unsigned long bytes)
{
    long arguments[6] = { (long)start, bytes };
    polus_raw(SYS_munmap, arguments);
}

// Puts private pages of its own in the place of pages that mirror a file, which
// userfaultfd cannot protect. One system call swaps them, so that a death of the
// injector leaves the old pages or the new ones.
void polus_own_pages(unsigned long start, unsigned long bytes)
{
    void *copy = polus_reserve(bytes);
    if (!copy)
        return;
    polus_copy(copy, (void *)start, bytes);
    long arguments[6] = { (long)copy, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, start };
    if (failed(polus_raw(SYS_mremap, arguments)))
        polus_release(copy, bytes);
}

void polus_copy(void *to, const void *from, unsigned long bytes)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

int polus_differ(const void *left, const void *right, unsigned long bytes)
{
    const unsigned char *a = left, *b = right;
    unsigned long i = 0;
    for (; i + 8 <= bytes; i += 8)
        if (*(const unsigned long long __attribute__((may_alias)) *)(a + i) !=
            *(const unsigned long long __attribute__((may_alias)) *)(b + i))
            return 1;
    for (; i < bytes; i++)
        if (a[i] != b[i])
            return 1;
    return 0;
}
