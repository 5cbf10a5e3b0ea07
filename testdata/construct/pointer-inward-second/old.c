struct buffer { char *pos; char data[64]; };
static struct buffer buffer;
static char *kept;
void seed(void) { buffer.pos = buffer.data; }
void f(void) { struct buffer *b = &buffer; kept = (*b).pos; }
