#include <stdio.h>
#include "colour.h"
int mix(colour *c);
int main(void) { colour c = { BLUE, GREEN }; printf("%d\n", mix(&c)); return 0; }
