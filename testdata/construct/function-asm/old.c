unsigned long low(unsigned long n) { __asm__ ("andq $15, %0" : "+r" (n) : : "cc"); return n; }
