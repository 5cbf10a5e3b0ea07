// How much room the vector registers need: what XSAVE is to save, as few bytes as
// possible, for the stack below may be short.
#include <cpuid.h>

// x87, SSE, AVX, bounds, AVX-512, extended general registers. Not the protection
// keys, which a callback may mean to set, and not the tiles, which no call keeps.
#define SAVED 0x800ff
#define OSXSAVE (1u << 27)
#define LEGACY_BYTES 512
#define HEADER_BYTES 64

struct state {
    unsigned long bytes, mask; // mask 0: FXSAVE
};

static __attribute__((target("general-regs-only"))) struct state find(void)
{
    unsigned a, b, c, d;
    struct state state = {LEGACY_BYTES, 0};
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & OSXSAVE))
        return state;
    __asm__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    state.mask = a & SAVED;
    state.bytes = LEGACY_BYTES + HEADER_BYTES;
    for (unsigned part = 2; part < 32; part++) {
        if (!(state.mask >> part & 1))
            continue;
        __cpuid_count(0xd, part, a, b, c, d);
        if (b + a > state.bytes)
            state.bytes = b + a;
    }
    return state;
}

// Asked once: cpuid is slow in virtual machines. Threads that ask at the same time
// find the same; `mask` is stored before `bytes`, which says that both are there.
__attribute__((visibility("hidden"), target("general-regs-only"))) struct state polus_vector_state(void)
{
    static struct state known;
    struct state state;
    state.bytes = __atomic_load_n(&known.bytes, __ATOMIC_ACQUIRE);
    state.mask = known.mask;
    if (state.bytes == 0) {
        state = find();
        known.mask = state.mask;
        __atomic_store_n(&known.bytes, state.bytes, __ATOMIC_RELEASE);
    }
    return state;
}
