#include <stdio.h>
struct request { int id; int tries; };
void handle(struct request *r) { printf("%d %d\n", r->id, ++r->tries); }
int main(void)
{
    struct request kept = {0};
    for (;;) {
        struct request request = {getchar()};
        handle(&request);
        handle(&kept);
    }
}
