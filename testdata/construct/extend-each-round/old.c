#include <stdio.h>
struct request { int id; };
void handle(struct request *r) { printf("%d\n", r->id); }
int main(void)
{
    struct request kept = {0};
    for (;;) {
        struct request request = {getchar()};
        handle(&request);
        handle(&kept);
    }
}
