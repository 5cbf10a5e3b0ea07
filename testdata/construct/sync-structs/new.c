struct point { int x, y; };
struct inner { int b[4]; struct point at; long a; };
struct same { long first; char name[300]; struct point corner; };
struct outer {
    int added;
    struct inner j[3];
    struct { int fresh; int quota; char name[8]; } limits[5];
    struct same same;
    struct { int right; int middle; int left; };
    struct inner i;
} g;
int get(int i) { return g.j[i].a + g.limits[i].quota + g.left + g.same.name[i]; }
