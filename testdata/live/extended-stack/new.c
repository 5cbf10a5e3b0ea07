struct frame {
    const char *name;
    short id;
    int uses;
    long value;
    double last[2];
};
#include "program.h"

FOR_PATCH void use(struct frame *frame, int number)
{
    frame->value += number;
    frame->last[1] = frame->last[0];
    frame->last[0] = number / 2.0;
    frame->uses++;
    if (!frame->name)
        frame->name = frame->id == 1 ? "own" : "used";
}

FOR_PATCH void show(const struct frame *frame)
{
    printf("%d %ld %s %d %.1f %.1f\n", frame->id, frame->value, frame->name ? frame->name : "-", frame->uses,
           frame->last[0], frame->last[1]);
}

/* Whatever lay on the stack here before: what is not set is zero, or was never set. */
FOR_PATCH void locals(int depth)
{
    struct frame first = {.id = (short)depth, .name = "first"}, second = {0}, *at = &second;
    struct frame third = first, all[4];
    for (int i = 0; i < 4; i++) {
        struct frame one = {.id = (short)(i + 20)};
        use(&one, i);
        all[i] = one;
    }
    use(at, depth);
    use(&third, depth);
    if (depth > 0)
        locals(depth - 1);
    for (struct frame *element = all; element < all + 4; element++)
        if (element->uses != 1 || element->last[0] != element->value / 2.0 || strcmp(element->name, "used"))
            printf("element %d is wrong\n", element->id);
    show(&first);
    show(&second);
    show(&third);
}

FOR_PATCH void grow(int count)
{
    struct frame *all = 0, table[2] = {{.id = 5}, {.id = 6}};
    int room = 0;
    long uses = 0;
    for (int i = 0; i < count; i++) {
        if (i == room) {
            room = room ? 2 * room : 1;
            all = realloc(all, (unsigned)room * sizeof *all);
        }
        all[i] = (struct frame){.id = (short)i, .name = "grown"};
        use(&all[i], i);
    }
    for (int i = 0; i < count; i++) {
        uses += all[i].uses;
        if (all[i].last[0] != i / 2.0 || strcmp(all[i].name, "grown") || all[i].id != (short)i)
            printf("number %d is wrong\n", i);
    }
    table[1] = all[count - 1];
    printf("%ld uses, ", uses);
    show(&table[1]);
    use(table, 1);
    show(table);
    free(all);
}

FOR_PATCH void jump(int number)
{
    struct frame frame = {.id = 7, .uses = 100, .name = "jumping"}, more[8] = {{.id = 1}};
    use(&frame, number);
    for (int i = 0; i < 8; i++)
        use(&more[i], 1);
    if (number > 0)
        jump(number - 1);
    longjmp(back, 1);
}
