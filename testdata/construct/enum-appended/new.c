enum color { RED, GREEN, BLUE };
static enum color color;
void set(enum color c) { color = c; }
int is_green(void) { return color == GREEN || color == BLUE; }
