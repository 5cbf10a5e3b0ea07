typedef enum { LOW, HIGH, TOP } level_t;
static level_t level = LOW;
static struct { level_t all[2]; long other; } kept;
void raise(void) { if (level < HIGH) level++; kept.all[0] = level; }
int is_high(void) { return level == HIGH; }
