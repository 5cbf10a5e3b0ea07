// Keeps the instances of tracked variables coherent (paper 3.3), while all threads
// but the one that runs this are stopped.
#include <polus/patch.h>
#include <polus/registry.h>
#include <polus/memory.h>

// What both instances hold now, behind what they held when they last agreed.
struct now {
    char *old, *new;
};

static unsigned long long aligned(unsigned long long bytes)
{
    return (bytes + 63) & ~63ull;
}

static struct now take(struct polus_cell *cell)
{
    struct now now;
    now.old = (char *)cell->new_before + aligned(cell->new_size);
    now.new = now.old + aligned(cell->old_size);
    polus_copy(now.old, cell->old_instance, cell->old_size);
    polus_copy(now.new, cell->new_instance, cell->new_size);
    return now;
}

static void remember(struct polus_cell *cell, struct now now)
{
    polus_copy(cell->old_before, now.old, cell->old_size);
    polus_copy(cell->new_before, now.new, cell->new_size);
}

// From now on both instances are compared with what they hold now.
void polus_watch(struct polus_cell *cell)
{
    unsigned long long old_size = aligned(cell->old_size), new_size = aligned(cell->new_size);
    if (!cell->old_before) {
        unsigned long long larger = old_size > new_size ? old_size : new_size;
        char *buffers = polus_reserve(2 * (old_size + new_size) + larger);
        if (!buffers)
            return;
        cell->new_before = buffers + old_size;
        cell->old_before = buffers;
    }
    remember(cell, take(cell));
    cell->flags |= POLUS_TRACKED;
}

// The same for all variables that a patch migrates.
void polus_watch_record(struct polus_record *record)
{
    for (unsigned i = 0; i < record->cell_count; i++)
        if (record->cells[i].to_new && !(record->cells[i].flags & (POLUS_TRACKED | POLUS_PER_THREAD_CELL)))
            polus_watch(&record->cells[i]);
    for (unsigned i = 0; i < record->copy_count; i++)
        polus_watch(&record->copies[i]);
}

// Works out what both instances shall hold, where something was written to either since
// they last agreed. Both may have been written while no injector watched: then that of
// the version that runs wins where both changed, for the other one's earlier content
// takes its changes first and so no longer differs there. Nothing but buffers is written
// here: the injector copies them while all threads are stopped, so that a thread which
// finishes this call after the injector died does no harm.
static void agree(struct polus_cell *cell, int new_runs)
{
    cell->flags &= ~POLUS_DIFFERED;
    if (!(cell->flags & POLUS_TRACKED) || !cell->old_before)
        return;
    struct now now = take(cell);
    char *earlier = now.new + aligned(cell->new_size);
    if (!polus_differ(now.old, cell->old_before, cell->old_size) &&
        !polus_differ(now.new, cell->new_before, cell->new_size))
        return;
    if (new_runs) {
        polus_copy(earlier, cell->old_before, cell->old_size);
        cell->to_old(now.new, now.old, cell->new_before);
        cell->to_old(now.new, earlier, cell->new_before);
        cell->to_new(now.old, now.new, earlier);
    } else {
        polus_copy(earlier, cell->new_before, cell->new_size);
        cell->to_new(now.old, now.new, cell->old_before);
        cell->to_new(now.old, earlier, cell->old_before);
        cell->to_old(now.new, now.old, earlier);
    }
    cell->flags |= POLUS_DIFFERED;
}

void polus_cohere(void)
{
    for (struct polus_record *record = polus_registry.newest; record; record = record->next) {
        int runs = record->state == POLUS_ACTIVE && record->version <= polus_registry.version;
        for (unsigned i = 0; i < record->cell_count; i++)
            agree(&record->cells[i], runs);
        for (unsigned i = 0; i < record->copy_count; i++)
            agree(&record->copies[i], runs);
    }
}
