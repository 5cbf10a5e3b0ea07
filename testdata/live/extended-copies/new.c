struct piece {
    char *name;
    int id;
    char kind;
    struct {
        int by;
        unsigned char times : 5;
    } marked;
    short place;
};
struct box {
    struct piece lid;
    int volume;
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
    for (int i = 0; i < 8; i++) {
        struct piece *piece = &pieces[i];
        printf("%d", piece->id);
        if (piece->name || piece->marked.by || piece->marked.times)
            printf(" %s %d %u", piece->name ? piece->name : "-", piece->marked.by, piece->marked.times);
        printf("%s", i < 7 ? ", " : "\n");
    }
}

FOR_PATCH void mark(int at, int value)
{
    static char *names[] = {"zero", "one", "two", "three"};
    pieces[at].name = names[value % 4];
    pieces[at].marked.by = value;
    pieces[at].marked.times++;
}

static struct piece *at(int i)
{
    return &pieces[i];
}

FOR_PATCH void copy(const char *how, int to, int from, int count)
{
    struct piece local = {.id = -1, .name = "local"}, *other = &local;
    struct piece several[4];
    if (!strcmp(how, "assign"))
        pieces[to] = pieces[from];
    else if (!strcmp(how, "pointers"))
        *at(to) = *at(from);
    else if (!strcmp(how, "chain"))
        pieces[to] = local = *at(from);
    else if (!strcmp(how, "comma"))
        *(count++, at(to)) = *(other = at(from), other);
    else if (!strcmp(how, "choice"))
        *(count ? at(to) : other) = count ? *at(from) : local;
    else if (!strcmp(how, "memcpy"))
        memcpy(&pieces[to], at(from), sizeof(struct piece));
    else if (!strcmp(how, "range"))
        memmove(&pieces[to], pieces + from, count * sizeof *pieces);
    else if (!strcmp(how, "through")) {
        memcpy(several, &pieces[from], sizeof several);
        several[1].marked.by += 100;
        memcpy(&pieces[to], several, count * sizeof several[0]);
    } else if (!strcmp(how, "local"))
        pieces[to] = local;
    else if (!strcmp(how, "initialised")) {
        struct piece twin = pieces[from], again = twin;
        again.marked.by++;
        pieces[to] = again;
    } else if (!strcmp(how, "chosen")) {
        struct piece twin = count++ ? *at(from) : local, mine = (other++, pieces[to]);
        pieces[to] = twin;
        pieces[from] = (to++, mine);
    } else if (!strcmp(how, "literal"))
        pieces[to] = (struct piece){.id = from, .name = "literal", .marked = {.by = count}};
    else if (!strcmp(how, "positions"))
        *at(to) = (struct piece){"positions", from, 'p', {count, 3}, 7};
    else if (!strcmp(how, "plain"))
        pieces[to] = (struct piece){.id = from};
    else if (!strcmp(how, "zero"))
        memset(&pieces[to], 0, count * sizeof(struct piece));
    else if (!strcmp(how, "inner"))
        pieces[to].marked = pieces[from].marked;
    else if (!strcmp(how, "swap")) {
        struct piece kept = pieces[to];
        pieces[to] = pieces[from];
        pieces[from] = kept;
    } else if (!strcmp(how, "loop"))
        for (struct piece *p = at(to), *q = at(from); count-- > 0;)
            *p++ = *q++;
    else
        puts("how?");
}

static void show_box(const char *which, const struct box *box)
{
    printf("%s: volume %d, lid %s %d;", which, box->volume, box->lid.name ? box->lid.name : "-", box->lid.marked.by);
    for (int i = 0; i < 3; i++)
        printf(" %s %d", box->sides[i].name ? box->sides[i].name : "-", box->sides[i].marked.by);
    puts("");
}

FOR_PATCH void boxes(const char *how)
{
    if (!strcmp(how, "fill")) {
        box->volume = 8;
        box->lid = pieces[1];
        box->lid.marked.by = 10;
        for (int i = 0; i < 3; i++) {
            box->sides[i].name = "side";
            box->sides[i].marked.by = i + 20;
        }
    } else if (!strcmp(how, "assign"))
        *spare = *box;
    else if (!strcmp(how, "clear"))
        memset(spare, 0, sizeof *spare);
    else if (!strcmp(how, "part"))
        spare->sides[1] = box->sides[2];
    else if (!strcmp(how, "local")) {
        struct box local = *box;
        local.volume++;
        local.sides[0].marked.by = -1;
        *spare = local;
    } else if (!strcmp(how, "parts"))
        memcpy(spare->sides, box->sides, sizeof spare->sides);
    else if (!strcmp(how, "union")) {
        either->piece = box->lid;
        either->piece.marked.times = 4;
        union either twin = *either;
        spare->lid = twin.piece;
        printf("union: %s %d %d\n", twin.piece.name, twin.piece.marked.by, twin.piece.marked.times);
        either->words[0] = 5;
    } else if (!strcmp(how, "heap")) {
        struct box *copies = malloc(2 * sizeof *copies);
        copies[0] = *box;
        copies[1] = copies[0];
        copies[1].lid.marked.by++;
        copies = realloc(copies, 20000 * sizeof *copies);
        copies[19999] = copies[1];
        *spare = copies[19999];
        free(copies);
    }
    show_box("box", box);
    show_box("spare", spare);
}
