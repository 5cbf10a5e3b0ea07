#include <stdio.h>
struct config { int size; };
extern struct config config;
void grow(struct config *c);
int main(void) { grow(&config); printf("%d\n", config.size); return 0; }
