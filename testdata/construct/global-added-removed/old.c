int gone = 1;
int use(void) { return gone; }
