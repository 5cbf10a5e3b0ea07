#include <stdio.h>
__attribute__((noinline)) int entry(int n) {
    static const char *words[] = {"one", "two", "three"};
    for (unsigned i = 0; i != sizeof words / sizeof *words; i++) puts(words[i]);
    return n + 2;
}
int main(int argc, char **argv) { (void)argv; return entry(argc); }
