#include <stdio.h>
#include <string.h>
#include <syslog.h>

struct point {
    int x, y;
};
extern struct point origin;
int distance(int x, int y);
static int scale(int n);
#define FAR 100

enum state { IDLE, BUSY };

void polus_pre_update(void)
{
    char text[64];
    enum state state = origin.x > FAR ? BUSY : IDLE;
    snprintf(text, sizeof text, "%d %d", distance(origin.x, origin.y), scale(2));
    if (state == BUSY && strchr(text, '-'))
        polus_veto(text);
    syslog(LOG_INFO, "%s", text);
}
