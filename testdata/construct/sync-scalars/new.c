long to_long;
int to_int = 250;
unsigned to_unsigned = -1;
float to_float = 3;
long to_integer = 2.5;
_Bool to_boolean = 5;
int from_boolean = 1;
double to_double = 0.5f;
long double to_long_double;
_Complex double to_complex_double;
long from_wide;
const unsigned char *to_bytes = (const unsigned char *)"text";
struct any *to_typed;
int get(void) { return to_long + to_int + to_unsigned + to_float + to_integer + to_boolean + from_boolean + from_wide; }
double real(void) { return to_double + to_long_double + __real__ to_complex_double; }
int first(void) { return *to_bytes + (to_typed != 0); }
