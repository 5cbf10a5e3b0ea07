struct buffer { char *pos; int lines; char data[64]; };
static struct buffer buffer = {buffer.data, 0, ""};
static char *mark;
void add(int c) { *buffer.pos++ = (char)c; }
void remember(void) { mark = buffer.pos; }
int since(void) { return (int)(buffer.pos - mark); }
