struct buffer { void *pos; int data[64]; int lines; };
static struct buffer buffer = {buffer.data, {0}, 0};
void reset(void) { buffer.pos = buffer.data; }
int full(void) { return (char *)buffer.pos == (char *)(buffer.data + 64); }
