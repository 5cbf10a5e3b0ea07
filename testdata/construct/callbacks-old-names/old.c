typedef struct { int used; char text[8]; } buffer_t;
typedef buffer_t *buffer_p;
typedef int count_t;
struct plain { int n; };
struct node { struct plain plain; int gone; };
enum level { LOW = 1, HIGH = 2 };
static buffer_t buffer;
static struct node node;
static int dropped = 7;
static struct plain plain;
static count_t count;
static const int limit = 3;
int use(int l) { return buffer.used + node.gone + dropped + plain.n + count + limit + (l == HIGH) + (l == LOW); }
