enum mode { READ = 1, WRITE = 2, APPEND = 4 };
static enum mode mode;
void open_all(void) { mode = READ; }
int may(void) { return mode != WRITE; }
