enum color { RED, GREEN };
static enum color color;
static int painted[8];
void paint(void) { painted[color]++; color = GREEN; }
