int grown[8];
int shrunk[4];
char text[16] = "abc";
int matrix[5][7];
struct entry { long key; char name[5]; int hits; } table[6];
char *names[3] = {"a", "b", "c"};
unsigned char big[4][1000];
struct entry many[50];
int get(int i) { return grown[i] + shrunk[i] + text[i] + matrix[i][0] + table[i].key + *names[i] + big[0][i] + many[i].key; }
void name(int i, char *given) { names[i] = given; }
