enum mode { APPEND = 1, READ = 2, WRITE = 4 };
static enum mode mode;
void open_all(void) { mode = READ; }
int may(void) { return mode != WRITE; }
