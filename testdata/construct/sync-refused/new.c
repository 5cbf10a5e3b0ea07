struct tail { long length; char bytes[]; };
typedef long four __attribute__((vector_size(16)));
union any { int i; double d; };
static struct tail tail;
static four lanes;
static int became_array[2];
static int became_matrix[2][2];
static struct { int value; } became_struct[2];
static int *became_pointer;
static int (*handler)(int, int);
static int *words;
static union any untagged;
static struct { int kind; union any any; } tagged;
int get(void) { return tail.length + lanes[0] + became_array[0] + became_matrix[0][0] + became_struct[0].value + *became_pointer + handler(1, 2) + *words + tagged.any.i + untagged.i; }
