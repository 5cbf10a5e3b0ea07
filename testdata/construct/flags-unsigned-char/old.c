int level(char c) { return c < 0 ? 1 : 2; }
int main(int argc, char **argv) { return level(**argv + argc); }
