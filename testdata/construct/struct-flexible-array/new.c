struct message { int length; int kind; char text[]; };
int length_of(struct message *m) { return m->length; }
