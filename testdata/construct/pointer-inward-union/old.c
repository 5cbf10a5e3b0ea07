#include <stdio.h>
static struct buffer { union { char *pos; long n; } u; char data[64]; } buffer;
void f(void) { buffer.u.pos = buffer.data; }
int put(void) { return *buffer.u.pos; }
int main(void) { f(); while (getchar() != EOF) put(); return 0; }
