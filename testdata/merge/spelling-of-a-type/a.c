#include <stdio.h>
typedef long off;
struct file { off at; };
long seek(struct file *f);
int main(void) { struct file f = { 5 }; printf("%ld\n", seek(&f)); return 0; }
