enum color { RED, GREEN };
static enum color color;
static int painted;
void paint(int with) { painted += with; }
void show(void) { paint(color); }
int is_green(void) { return color == GREEN; }
