#include <stdio.h>
unsigned long count = 7;
int report(int);
__attribute__((noinline, noipa)) unsigned int raise(unsigned int by) { return count += by; }
int main(int argc, char **argv)
{
    raise(argc);
    return report(argc) == (int)argv[0][0];
}
