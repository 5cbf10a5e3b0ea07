#include <stdio.h>
#pragma pack(push, 1)
struct wire { char tag; int length; };
#pragma pack(pop)
int other(void);
int main(void) { printf("%zu %d\n", sizeof(struct wire), other()); return 0; }
