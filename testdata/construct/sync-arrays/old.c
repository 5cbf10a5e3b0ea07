int grown[4];
long shrunk[8];
char text[8] = "abc";
int matrix[4][3];
struct entry { int key; char name[3]; } table[4];
char *names[2] = {"a", "b"};
unsigned char big[3][1000];
struct entry many[40];
int get(int i) { return grown[i] + shrunk[i] + text[i] + matrix[i][0] + table[i].key + *names[i] + big[0][i] + many[i].key; }
void name(int i, char *given) { names[i] = given; }
