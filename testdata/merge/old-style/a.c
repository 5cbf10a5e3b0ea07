#include <stdio.h>
static count = 2;
int twice();
main(argc, argv) int argc; char **argv; { printf("%d %d\n", twice(count), plain(3)); return 0; }
