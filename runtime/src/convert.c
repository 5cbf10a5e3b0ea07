// Carries variables between their old and new instance, while all threads but
// the one that runs this are stopped. What is tracked agrees already.
#include <polus/patch.h>
#include <polus/registry.h>
#include <polus/memory.h>

static void swap(unsigned char *left, unsigned char *right, unsigned long long size)
{
    for (unsigned long long i = 0; i < size; i++) {
        unsigned char byte = left[i];
        left[i] = right[i];
        right[i] = byte;
    }
}

// What the old type cannot hold is lost: forth again it gives another value.
static unsigned loses(const struct polus_cell *cell)
{
    unsigned char *again = polus_reserve(cell->new_size);
    if (!again)
        return 0;
    polus_copy(again, cell->new_instance, cell->new_size);
    cell->to_new(cell->old_instance, again, 0);
    int lost = polus_differ(again, cell->new_instance, cell->new_size);
    polus_release(again, cell->new_size);
    return lost ? POLUS_LOST : 0;
}

static void cross(struct polus_cell *cell, enum polus_direction direction)
{
    cell->flags &= ~POLUS_LOST;
    if (!cell->to_new) {
        swap(cell->old_instance, cell->new_instance, cell->old_size);
    } else if (direction == POLUS_TO_NEW) {
        cell->to_new(cell->old_instance, cell->new_instance, 0);
    } else if (cell->to_old) {
        cell->to_old(cell->new_instance, cell->old_instance, 0);
        cell->flags |= loses(cell);
    }
}

// What one thread loses is lost of the variable.
static void cross_threads(const struct polus_record *record, enum polus_direction direction)
{
    for (unsigned i = 0; i < record->cell_count; i++)
        if (record->cells[i].flags & POLUS_PER_THREAD_CELL)
            record->cells[i].flags &= ~POLUS_LOST;
    for (unsigned i = 0; i < record->copy_count; i++) {
        struct polus_cell *copy = &record->copies[i];
        cross(copy, direction);
        for (unsigned of = 0; of < record->cell_count; of++)
            if (record->cells[of].variable == copy->variable)
                record->cells[of].flags |= copy->flags & POLUS_LOST;
    }
}

void polus_convert(const struct polus_record *record, enum polus_direction direction,
                   enum polus_selection selection)
{
    for (unsigned i = 0; i < record->cell_count; i++)
        if (!(polus_registry.tracking && record->cells[i].flags & POLUS_TRACKED) &&
            !(record->cells[i].flags & POLUS_PER_THREAD_CELL) &&
            (selection == POLUS_ALL_CELLS || !record->cells[i].to_new))
            cross(&record->cells[i], direction);
    if (selection == POLUS_ALL_CELLS)
        cross_threads(record, direction);
    polus_registry.converted++;
}
