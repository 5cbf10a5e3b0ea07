__asm__(".globl magic\nmagic = 42");
extern char magic[];
long a(void) { return (long)magic + 1; }
