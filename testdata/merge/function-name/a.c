#include <stdio.h>
static const char *me(void) { return __func__; }
const char *other(void);
int main(void) { printf("%s %s %s\n", me(), other(), __FUNCTION__); return 0; }
