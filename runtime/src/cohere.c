// Keeps the instances of tracked variables coherent (paper 3.3), while all threads
// but the one that runs this are stopped.
#include <polus/patch.h>
#include <polus/registry.h>
#include <polus/memory.h>

static void remember(struct polus_cell *cell)
{
    polus_copy(cell->old_before, cell->old_instance, cell->old_size);
    polus_copy(cell->new_before, cell->new_instance, cell->new_size);
}

// From now on both instances are compared with what they hold now.
void polus_watch(struct polus_cell *cell)
{
    unsigned long long aligned = (cell->old_size + 63) & ~63ull;
    if (!cell->old_before) {
        char *both = polus_reserve(aligned + cell->new_size);
        if (!both)
            return;
        cell->old_before = both;
        cell->new_before = both + aligned;
    }
    remember(cell);
    cell->flags |= POLUS_TRACKED;
}

// Carries over what was written to either instance since they last agreed. Both may
// have been written while no injector watched: then the new instance wins where both
// changed, for the old one's earlier content takes its changes first and so no longer
// differs there.
static int agree(struct polus_cell *cell)
{
    if (!(cell->flags & POLUS_TRACKED) || !cell->old_before)
        return 0;
    if (!polus_differ(cell->old_instance, cell->old_before, cell->old_size) &&
        !polus_differ(cell->new_instance, cell->new_before, cell->new_size))
        return 0;
    cell->to_old(cell->new_instance, cell->old_instance, cell->new_before);
    cell->to_old(cell->new_instance, cell->old_before, cell->new_before);
    cell->to_new(cell->old_instance, cell->new_instance, cell->old_before);
    remember(cell);
    cell->writes++;
    return 1;
}

// An instance may be the new one of a patch and the old one of the next: goes on
// until nothing differs, at most once for each patch.
void polus_cohere(void)
{
    struct polus_record *last = polus_registry.newest;
    for (struct polus_record *round = last; round; round = round->next) {
        int changed = 0;
        for (struct polus_record *record = last; record; record = record->next)
            for (unsigned i = 0; i < record->cell_count; i++)
                changed |= agree(&record->cells[i]);
        if (!changed)
            return;
    }
}
