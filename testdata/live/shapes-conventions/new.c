// Calling conventions: each function is called by old code, by new code and through pointers.
#include <complex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHAPE __attribute__((noinline))

struct small { int a; char b; };
struct mixed { double d; long n; };
struct pair { float x, y; };
struct big { long n[5]; };
struct bits { unsigned a : 3, b : 7; long c : 33; };
struct odd { char c[3]; };
struct wide { long double v; };
union either { long n; double d; };
typedef float vector __attribute__((vector_size(16)));

SHAPE int variadic(const char *format, ...)
{
    char text[128];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return (int)strlen(text) + 100;
}

SHAPE double sum_list(int count, va_list list)
{
    double sum = 1000;
    for (int i = 0; i < count; i++)
        sum += va_arg(list, int) + va_arg(list, double);
    return sum;
}

SHAPE double sum(int count, ...)
{
    va_list list;
    va_start(list, count);
    double result = 10000 + sum_list(count, list);
    va_end(list);
    return result;
}

SHAPE struct small in_registers(struct small s)
{
    s.a += 100;
    return s;
}
SHAPE struct mixed in_both(struct mixed m)
{
    m.d -= m.n;
    return m;
}
SHAPE struct pair in_one_vector(struct pair p)
{
    p.x -= p.y;
    return p;
}
SHAPE struct big in_memory(struct big b, int by)
{
    for (int i = 0; i < 5; i++)
        b.n[i] += by * 10;
    return b;
}
SHAPE struct bits of_bits(struct bits b)
{
    b.a += 2;
    b.c -= 5;
    return b;
}
SHAPE struct odd of_three(struct odd o)
{
    o.c[2]++;
    return o;
}
SHAPE struct wide on_the_stack(struct wide w)
{
    w.v /= 4;
    return w;
}
SHAPE union either of_union(union either e)
{
    e.n += 11;
    return e;
}
SHAPE int many(int a, int b, int c, int d, int e, int f, int g, int h, char i, short j)
{
    return a - b + c - d + e + f + g * 10 + h * 100 + i + j;
}
SHAPE double many_floats(double a, double b, double c, double d, double e, double f, double g, double h, double i,
                         float j)
{
    return a - b + c - d + e - f + g + h + i * 10 + j * 100;
}
SHAPE long double extended(long double x, int n) { return x * n + 1; }
SHAPE _Complex double rotate(_Complex double z) { return z * 3.0i; }
SHAPE _Complex long double rotate_extended(_Complex long double z) { return z * 4.0i; }
SHAPE __int128 huge(__int128 x) { return x * 5; }
SHAPE vector lanes(vector a, vector b) { return a - b; }
SHAPE _Bool flag(_Bool a, _Bool b) { return a && !b; }
SHAPE char narrow(char a, unsigned char b, short c) { return (char)(a + b * c); }
SHAPE __attribute__((ms_abi)) long foreign(long a, long b, long c, double d, long e, long f)
{
    return a + 200 * b + 3 * c + (long)d + 5 * e + 6 * f;
}
SHAPE __attribute__((ms_abi)) struct big foreign_memory(struct big b)
{
    b.n[0] = 90;
    return b;
}
SHAPE int old_style(a, b)
    short a;
    float b;
{
    return a * (int)b;
}

typedef struct big (*memory_function)(struct big, int);
memory_function volatile stored = in_memory;

char told[512];

SHAPE void put(double value)
{
    size_t length = strlen(told);
    snprintf(told + length, sizeof told - length, " %.2f", value);
}

SHAPE void lists(int x)
{
    put(variadic("%d %s %.2f", x, "text", 1.5));
    put(sum(2, 1, 0.5, x, 0.25));
}

SHAPE void structs(int x)
{
    struct small s = in_registers((struct small){x, 'b'});
    put(s.a + s.b);
    put(in_both((struct mixed){0.5, x}).d);
    put(in_one_vector((struct pair){(float)x, 2}).x);
    struct big b = in_memory((struct big){{x, 2, 3, 4, 5}}, 1);
    put(b.n[0] + b.n[4]);
    b = stored(b, 2);
    put(b.n[0] + b.n[4]);
    struct bits t = of_bits((struct bits){1, 100, x});
    put(t.a + t.b + t.c);
    struct odd o = of_three((struct odd){{'a', 'b', 'c'}});
    put(o.c[1] * 10 + o.c[2]);
    put((double)on_the_stack((struct wide){x}).v);
    put(of_union((union either){.n = x}).n);
    put(foreign_memory(b).n[0] + b.n[4]);
}

SHAPE void numbers(int x)
{
    put(many(1, 2, 3, 4, 5, 6, x, 8, 9, 10));
    put(many_floats(1, 2, 3, 4, 5, 6, 7, 8, x, 10));
    put((double)extended(x, 2));
    _Complex double z = rotate(x + 2.0i);
    put(creal(z) * 10 + cimag(z));
    put((double)creall(rotate_extended(x + 2.0i)));
    put((double)(huge((__int128)x << 64) >> 64));
    vector v = lanes((vector){x, 1, 2, 3}, (vector){1, 1, 1, 1});
    put(v[0] + v[3]);
    put(flag(1, x > 5));
    put(narrow(1, 2, (short)x));
    put(foreign(1, 2, 3, 4, 5, x));
    put(old_style((short)x, 2.0));
}

/* Who calls through these knows nothing of what they do. */
void (*volatile shapes[])(int) = {lists, structs, numbers};

int main(void)
{
    char line[64];
    int x;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && sscanf(line, "%d", &x) == 1) {
        told[0] = 0;
        for (int i = 0; i < 3; i++)
            shapes[i](x);
        printf("%d:%s\n", x, told);
        fflush(stdout);
    }
    return 0;
}
