enum color { RED, GREEN };
static enum color color;
void set(enum color c) { color = c; }
int is_green(void) { return color == GREEN; }
