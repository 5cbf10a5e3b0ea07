#include <stdio.h>
int total; int table[4];
void add(int);
int main(void) { add(3); add(4); printf("%d %d\n", total, table[1]); return 0; }
