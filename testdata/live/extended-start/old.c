// Objects that existed before begin with values computed from their old fields, each once; those
// that new code makes, wherever they lie, begin as the new program has it.
struct account {
    int id;
    long pence;
    void *link;
};
#include "program.h"

FOR_PATCH struct account *take(int id, const char *how)
{
    struct account *account = *how == 'o' ? own_alloc(sizeof *account) : calloc(1, sizeof *account);
    account->id = id;
    account->pence = id * 1000L + 50;
    return account;
}

static struct account *of(int id)
{
    return id == 100 ? &home : accounts[id];
}

FOR_PATCH void show(int id)
{
    struct account *account = of(id);
    if (account)
        printf("%d: %ld\n", account->id, account->pence);
    else
        puts("none");
}

FOR_PATCH void temporary(int id)
{
    struct account account = *of(id);
    printf("temporary %ld\n", account.pence);
}

FOR_PATCH void copies(int to, int from)
{
    *of(to) = *of(from);
}
