extern int count;
unsigned int half(void) { return count / 2; }
extern char table[];
int first(char *, ...);
struct point { const int *at; };
extern int spot(struct point *);
int show(void)
{
    int three = 3;
    struct point point = { &three };
    return first(table, 1) + spot(&point);
}
