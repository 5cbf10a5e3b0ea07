struct message { int length; char text[]; };
int length_of(struct message *m) { return m->length; }
