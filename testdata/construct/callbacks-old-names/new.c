typedef struct { int used; char text[16]; } buffer_t;
typedef buffer_t *buffer_p;
typedef long count_t;
struct plain { int n; };
struct node { struct plain plain; };
enum level { LOW = 1, HIGH = 3 };
static buffer_t buffer;
static struct node node;
static struct plain plain;
static count_t count;
static const int limit = 4;
int use(int l) { return buffer.used + node.plain.n + plain.n + (int)count + limit + (l == HIGH) + (l == LOW); }
