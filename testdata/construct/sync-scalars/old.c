int to_long;
unsigned char to_int = 250;
int to_unsigned = -1;
int to_float = 3;
double to_integer = 2.5;
int to_boolean = 5;
_Bool from_boolean = 1;
float to_double = 0.5f;
double to_long_double;
_Complex float to_complex_double;
__int128 from_wide;
const char *to_bytes = "text";
void *to_typed;
int get(void) { return to_long + to_int + to_unsigned + to_float + to_integer + to_boolean + from_boolean + from_wide; }
double real(void) { return to_double + to_long_double + __real__ to_complex_double; }
int first(void) { return *to_bytes + (to_typed != 0); }
