// Checks the state synchronization functions of a patch, on random instances:
//
//     properties PATCH.so LARGEST
//
// It knows no types. A bit of the target is *written* if it comes out equal whatever it was before; what
// one changed bit of the source writes is a *part*. Of LARGEST bytes at most may a part be, so that a
// write of one member does not carry its neighbours along.
#include <dlfcn.h>
#include <polus/patch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned char byte;
typedef void carry(const void *source, void *target, const void *before);

static const char *subject;
static unsigned long long state = 88172645463325252ull;

static unsigned random_number(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 32);
}

static void fail(const char *what)
{
    printf("%s: %s\n", subject, what);
    exit(1);
}

struct side {
    unsigned long size;
    carry *to_other;
};

static byte *instance(unsigned long size)
{
    byte *made = aligned_alloc(64, (size + 127) / 64 * 64);
    for (unsigned long i = 0; i < size; i++)
        made[i] = (byte)random_number();
    return made;
}

static byte *copy_of(const byte *other, unsigned long size)
{
    byte *made = instance(size);
    return memcpy(made, other, size);
}

static void flip(byte *bytes, unsigned long bit)
{
    bytes[bit / 8] ^= (byte)(1u << bit % 8);
}

static void expect_equal(const byte *is, const byte *wanted, unsigned long size, const char *what)
{
    if (memcmp(is, wanted, size))
        fail(what);
}

// The bits that `source` writes into the other side; with `before`, because it differs from that.
static byte *written(struct side from, struct side to, const byte *source, const byte *before)
{
    byte *low = instance(to.size), *high = instance(to.size);
    memset(low, 0, to.size);
    memset(high, 255, to.size);
    from.to_other(source, low, before);
    from.to_other(source, high, before);
    for (unsigned long i = 0; i < to.size; i++)
        low[i] = (byte) ~(low[i] ^ high[i]);
    free(high);
    return low;
}

static void nothing_changed(struct side from, struct side to)
{
    byte *source = instance(from.size), *target = instance(to.size), *kept = copy_of(target, to.size);
    byte *before = copy_of(source, from.size);
    from.to_other(source, target, before);
    expect_equal(target, kept, to.size, "something is written although nothing changed");
    free(source), free(target), free(kept), free(before);
}

// What `part` of `from` holds reaches the other side: some bit of it changes something there.
static void is_read(struct side from, struct side to, const byte *part)
{
    byte *source = instance(from.size), *start = instance(to.size), *full = copy_of(start, to.size);
    byte *other = copy_of(start, to.size);
    int differs = 0;
    // Of nothing but zeros: one bit more makes `_Bool` true.
    memset(source, 0, from.size);
    from.to_other(source, full, 0);
    for (unsigned long bit = 0; bit < from.size * 8 && !differs; bit++) {
        if (!(part[bit / 8] >> bit % 8 & 1))
            continue;
        memcpy(other, start, to.size);
        flip(source, bit);
        from.to_other(source, other, 0);
        flip(source, bit);
        differs = memcmp(other, full, to.size);
    }
    if (!differs)
        fail("what one side gives, the other never gives back");
    free(source), free(start), free(full), free(other);
}

static void one_bit_changed(struct side from, struct side to, unsigned long bit, unsigned long largest)
{
    byte *before = instance(from.size), *other = instance(to.size);
    to.to_other(other, before, 0);
    byte *source = copy_of(before, from.size);
    flip(source, bit);
    byte *part = written(from, to, source, before), *whole = written(from, to, source, 0);
    byte *start = instance(to.size), *after = copy_of(start, to.size), *full = copy_of(start, to.size);
    byte *back = copy_of(source, from.size), *earlier = copy_of(start, to.size);
    from.to_other(source, after, before);
    from.to_other(source, full, 0);
    from.to_other(before, earlier, 0);
    to.to_other(full, back, 0);
    int is_value = !memcmp(back, source, from.size);
    unsigned long first = to.size, last = 0;
    for (unsigned long i = 0; i < to.size; i++) {
        if (part[i] & ~whole[i])
            fail("a change writes what the whole does not");
        // The bit may make a byte that is no `_Bool`.
        if (is_value && (after[i] ^ full[i]) & part[i])
            fail("a change writes another value than the whole");
        if ((after[i] ^ start[i]) & ~part[i])
            fail("a change writes besides its part");
        if (is_value && (full[i] ^ earlier[i]) & ~part[i])
            fail("a change is not carried");
        if (part[i]) {
            first = i < first ? i : first;
            last = i + 1;
        }
    }
    if (first < last && last - first > largest) {
        printf("bit %lu of byte %lu writes bytes %lu to %lu\n", bit % 8, bit / 8, first, last);
        fail("a change of one member carries others along");
    }
    if (first < last)
        is_read(to, from, part);
    free(before), free(source), free(part), free(whole), free(start), free(after), free(full);
    free(back), free(earlier), free(other);
}

// There, back and there again: what came once comes again.
static void settles(struct side from, struct side to)
{
    byte *source = instance(from.size), *there = instance(to.size), *back = copy_of(source, from.size);
    // What comes from the other side is a value: not all bytes are, of `_Bool`.
    to.to_other(there, source, 0);
    from.to_other(source, there, 0);
    to.to_other(there, back, 0);
    byte *again = copy_of(there, to.size), *home = copy_of(back, from.size);
    from.to_other(back, again, 0);
    expect_equal(again, there, to.size, "there, back and there gives another value");
    to.to_other(again, home, 0);
    expect_equal(home, back, from.size, "back again gives another value");
    free(source), free(there), free(back), free(again), free(home);
}

// Both sides agree, each changes at some places, and they are made to agree as the runtime does.
static void both_changed(struct side old, struct side new)
{
    byte *o = instance(old.size), *n = instance(new.size);
    new.to_other(n, o, 0);
    old.to_other(o, n, 0);
    new.to_other(n, o, 0);
    byte *o_before = copy_of(o, old.size), *n_before = copy_of(n, new.size);
    for (int i = 0; i < 3; i++) {
        flip(o, random_number() % (old.size * 8));
        flip(n, random_number() % (new.size * 8));
    }
    byte *o_written = copy_of(o, old.size), *n_written = copy_of(n, new.size);
    byte *by_new = written(new, old, n, n_before), *by_old = written(old, new, o, o_before);
    byte *o_kept = copy_of(o_before, old.size);

    new.to_other(n, o, n_before);
    new.to_other(n, o_before, n_before);
    old.to_other(o, n, o_before);

    // Where only one side changed, that change is on both; else the new one's.
    byte *o_wanted = copy_of(o_written, old.size);
    new.to_other(n_written, o_wanted, n_before);
    expect_equal(o, o_wanted, old.size, "the old side lost a change");
    for (unsigned long i = 0; i < old.size; i++)
        if ((o[i] ^ o_written[i]) & ~by_new[i])
            fail("the old side lost a change of its own");
    for (unsigned long i = 0; i < new.size; i++)
        if ((n[i] ^ n_written[i]) & ~by_old[i])
            fail("the new side lost a change of its own");
    byte *n_wanted = copy_of(n_written, new.size);
    old.to_other(o, n_wanted, o_before);
    expect_equal(n, n_wanted, new.size, "the new side lost a change");
    // Where both changed the same part: the old side takes the new side's value, and gives none.
    byte *o_only_new = copy_of(o_kept, old.size);
    new.to_other(n_written, o_only_new, n_before);
    for (unsigned long i = 0; i < old.size; i++)
        if ((o[i] ^ o_only_new[i]) & by_new[i])
            fail("a change of the new side does not win");
    free(o), free(n), free(o_before), free(n_before), free(o_written), free(n_written);
    free(by_new), free(by_old), free(o_kept), free(o_wanted), free(n_wanted), free(o_only_new);
}

static void check(const struct polus_variable *variable, unsigned long largest)
{
    struct side old = { variable->old_size, variable->to_new }, new = { variable->new_size, variable->to_old };
    subject = variable->name;
    for (int i = 0; i < 50; i++) {
        nothing_changed(old, new);
        nothing_changed(new, old);
        settles(old, new);
        settles(new, old);
        both_changed(old, new);
    }
    for (unsigned long i = 0; i < old.size * 8 && i < 4096; i++)
        one_bit_changed(old, new, old.size <= 512 ? i : random_number() % (old.size * 8), largest);
    for (unsigned long i = 0; i < new.size * 8 && i < 4096; i++)
        one_bit_changed(new, old, new.size <= 512 ? i : random_number() % (new.size * 8), largest);
}

int main(int argc, char **argv)
{
    void *library = argc == 3 ? dlopen(argv[1], RTLD_LAZY) : 0;
    const struct polus_patch *patch = library ? dlsym(library, "polus_patch") : 0;
    if (!patch) {
        printf("%s\n", dlerror());
        return 2;
    }
    unsigned checked = 0;
    for (unsigned i = 0; i < patch->variable_count; i++)
        if (patch->variables[i].kind == POLUS_MIGRATED) {
            check(&patch->variables[i], strtoul(argv[2], 0, 10));
            checked++;
        }
    return checked ? 0 : 3;
}
