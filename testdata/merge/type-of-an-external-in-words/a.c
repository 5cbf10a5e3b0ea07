#include <stdio.h>
unsigned int count = 4000000000u;
const char table[4] = "abc";
unsigned int half(void);
int first(const char *text, ...) { return text[0] + (int)sizeof table; }
struct point { const int *at; };
int spot(const struct point *point) { return *point->at; }
int show(void);
int main(void) { printf("%u %u %d\n", count, half(), show()); return 0; }
