int outside(int n);
extern int table_outside[2];
__asm__(".text\n.globl outside\n.type outside,@function\noutside: lea 1(%rdi),%eax\nret\n.size outside,.-outside\n"
        ".data\n.globl table_outside\n.type table_outside,@object\n.size table_outside,8\ntable_outside: .long 1,2\n.text\n");
__attribute__((noinline)) int entry(int n) { return outside(n) - table_outside[n & 1]; }
int main(int argc, char **argv) { (void)argv; return entry(argc); }
