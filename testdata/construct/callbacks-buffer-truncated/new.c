struct buffer { unsigned alloc, offset, end; char text[64]; };
struct buffer input = {.alloc = 64}, output = {.alloc = 64};
void buffer_append(struct buffer *to, char c) { if (to->end < to->alloc) to->text[to->end++] = c; }
void receive(char c) { buffer_append(&input, c); buffer_append(&output, c); }
