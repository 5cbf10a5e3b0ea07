// Objects with new fields are copied, moved and filled in every way that C has, and as parts of
// others; old code copies the bytes of what it knows.
struct piece {
    int id;
    char kind;
    short place;
};
struct box {
    struct piece lid;
    long weight;
    struct piece sides[3];
};
union either {
    struct piece piece;
    long words[4];
};
#include "program.h"

FOR_PATCH void show(void)
{
    for (int i = 0; i < 8; i++)
        printf("%d%s", pieces[i].id, i < 7 ? ", " : "\n");
}

FOR_PATCH void mark(int at, int value)
{
    pieces[at].place = (short)value;
}

FOR_PATCH void copy(const char *how, int to, int from, int count)
{
    memmove(&pieces[to], &pieces[from], (unsigned)count * sizeof *pieces);
}

FOR_PATCH void boxes(const char *how)
{
    printf("weight %ld, words %ld\n", box->weight, either->words[0] + spare->weight);
}
