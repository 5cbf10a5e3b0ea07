#include <stdio.h>
extern int total; extern int kept;
void add(int);
int main(void) { add(3); printf("%d %d\n", total, kept); return 0; }
