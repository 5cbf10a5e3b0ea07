unsigned long low(unsigned long n) { __asm__ ("andq $31, %0" : "+r" (n) : : "cc"); return n; }
