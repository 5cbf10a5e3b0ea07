// A coroutine goes on where it left: by the address of a label, kept from call to call.
int turns;

int coroutine(void)
{
    static void *resume;
    if (resume)
        goto *resume;
    resume = &&second;
    return 1;
second:
    turns++;
    resume = 0;
    return 2;
}

int interpret(const char *code)
{
    void *const table[] = {&&add, &&stop};
    void *next = &&add;
    int sum = 0;
    goto *next;
add:
    sum += 1;
    next = table[*code++ & 1];
    goto *next;
stop:
    return sum;
}
