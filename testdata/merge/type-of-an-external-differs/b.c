struct config { int length; };
struct config config = { 3 };
void grow(struct config *c) { c->length += 4; }
