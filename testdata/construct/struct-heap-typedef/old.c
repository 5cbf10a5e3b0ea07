#include <stdlib.h>
typedef struct { int count; } box;
typedef box *box_pointer;
static box_pointer kept;
static box first;
int open_box(void) { kept = malloc(sizeof(box)); kept->count = first.count; return kept->count; }
int look(void) { return kept->count; }
