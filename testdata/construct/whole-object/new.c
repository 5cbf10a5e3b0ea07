#include <string.h>
struct conf { int port; int backlog; char name[16]; };
struct all { struct conf now; struct conf spare[2]; };
static struct all all;
static struct all kept;
static char text[32];
void clear(void) { memset(&all, 0, sizeof all); memset(text, 0, sizeof text); (void)memset(&all.spare[1], 0, sizeof(struct conf)); }
void keep(void) { memcpy(&kept, &all, sizeof all); kept = all; all.now = all.spare[0]; }
int differs(void) { return memcmp(&kept, &all, sizeof(struct all)) != 0; }
void reset(int port) { all.now = (struct conf){.port = port, .name = "reset"}; }
int port(void) { return all.now.port + text[0]; }
