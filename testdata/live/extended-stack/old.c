// Objects on the stack: of a loop that never returns, which hands their address to new code; of new
// functions, also of such as are left by longjmp; and arrays of them that grow on the heap.
struct frame {
    short id;
    long value;
    char kind;
};
#include "program.h"

FOR_PATCH void use(struct frame *frame, int number)
{
    frame->value += number;
}

FOR_PATCH void show(const struct frame *frame)
{
    printf("%d %ld\n", frame->id, frame->value);
}

FOR_PATCH void locals(int depth)
{
    struct frame frame = {0};
    use(&frame, depth);
    show(&frame);
}

FOR_PATCH void grow(int count)
{
    struct frame *all = calloc((unsigned)count, sizeof *all);
    use(&all[count - 1], count);
    show(&all[count - 1]);
    free(all);
}

FOR_PATCH void jump(int number)
{
    struct frame frame = {.id = 7};
    use(&frame, number);
    longjmp(back, 1);
}
