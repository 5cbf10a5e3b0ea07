// Carries variables between their old and new instance, while all threads but
// the one that runs this are stopped.
#include <polus/patch.h>
#include <polus/registry.h>

static void swap(unsigned char *left, unsigned char *right, unsigned long long size)
{
    for (unsigned long long i = 0; i < size; i++) {
        unsigned char byte = left[i];
        left[i] = right[i];
        right[i] = byte;
    }
}

static void cross(const struct polus_cell *cell, enum polus_direction direction)
{
    if (!cell->to_new)
        swap(cell->old_instance, cell->new_instance, cell->size);
    else if (direction == POLUS_TO_NEW)
        cell->to_new(cell->old_instance, cell->new_instance);
    else if (cell->to_old)
        cell->to_old(cell->new_instance, cell->old_instance);
}

void polus_convert(const struct polus_record *record, enum polus_direction direction,
                   enum polus_selection selection)
{
    for (unsigned i = 0; i < record->cell_count; i++)
        if (selection == POLUS_ALL_CELLS || !record->cells[i].to_new)
            cross(&record->cells[i], direction);
    polus_registry.converted++;
}
