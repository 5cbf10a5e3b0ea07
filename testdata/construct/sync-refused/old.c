struct tail { int length; char bytes[]; };
typedef int four __attribute__((vector_size(16)));
union any { int i; float f; };
static struct tail tail;
static four lanes;
static int became_array;
static int became_matrix[4];
static int became_struct[2];
static int became_pointer;
static int (*handler)(int);
static char *words;
static union any untagged;
static struct { int kind; union any any; } tagged;
int get(void) { return tail.length + lanes[0] + became_array + became_matrix[0] + became_struct[0] + became_pointer + handler(1) + *words + tagged.any.i + untagged.i; }
