typedef enum { LOW, MIDDLE, HIGH } level_t;
static level_t level = MIDDLE;
static struct { level_t all[2]; long other; } kept;
void raise(void) { if (level < HIGH) level++; kept.all[0] = level; }
int is_high(void) { return level == HIGH; }
