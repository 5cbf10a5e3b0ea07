struct point { int x, y; };
struct inner { int a; int b[3]; struct point at; };
struct same { long first; char name[300]; struct point corner; };
struct outer {
    struct inner i;
    struct inner j[2];
    struct { int quota; char name[4]; } limits[3];
    struct { int left; int right; };
    struct same same;
    int removed;
} g;
int get(int i) { return g.j[i].a + g.limits[i].quota + g.left + g.same.name[i]; }
