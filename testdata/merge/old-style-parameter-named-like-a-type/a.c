#include <stdio.h>
typedef struct list { int n; } list;
int first();
int main(void) { list l = { 4 }; printf("%d\n", first(&l.n)); return 0; }
