int odd(int n)
{
    __label__ zero, one;
    static const void *const jump[] = {&&zero, &&one};
    int base = ({ int t = n & 1; t; });
    switch (n) {
    case 100 ... 199: base ^= 1; break;
    case 7: /* fall through */
    default: break;
    }
    __asm__ volatile ("" : "+r" (base) : : "memory");
    goto *jump[base];
zero:
    return 0;
one:
    return n ?: 1;
}
