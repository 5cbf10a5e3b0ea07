struct account {
    long euros;
    int id;
    short cents;
    char from[8];
    void *link;
    long pence;
    int started;
};
#include "program.h"

FOR_PATCH struct account *take(int id, const char *how)
{
    struct account *account = 0;
    switch (*how) {
    case 'o': account = own_alloc(sizeof *account); break;
    case 'c': account = calloc(1, sizeof(struct account)); break;
    case 'm': account = malloc(sizeof *account); break;
    case 'a': account = aligned_alloc(64, sizeof *account + 64 - sizeof *account % 64); break;
    case 'r': account = realloc(0, sizeof *account); break;
    case 'z':
        account = malloc(sizeof *account);
        memset(account, 0, sizeof *account);
        break;
    case 'l':
        account = malloc(sizeof *account);
        *account = (struct account){.id = id, .euros = -7};
        return account;
    case 'p': {
        struct account local = {.euros = 70, .cents = 7};
        account = malloc(sizeof *account);
        *account = local;
    }
    }
    account->id = id;
    account->pence = 1;
    return account;
}

static struct account *of(int id)
{
    return id == 100 ? &home : accounts[id];
}

static void tell(const char *which, const struct account *account)
{
    printf("%s%d: %ld.%02d %s %d\n", which, account->id, account->euros, account->cents,
           account->from[0] ? account->from : "-", account->started);
}

FOR_PATCH void show(int id)
{
    if (of(id))
        tell("", of(id));
    else
        puts("none");
}

FOR_PATCH void temporary(int id)
{
    struct account account = *of(id), none, zero = {0}, some = {.euros = 3}, several[2] = {{.id = 1}};
    memset(&none, 0, sizeof none);
    tell("copy ", &account);
    tell("none ", &none);
    tell("zero ", &zero);
    tell("some ", &some);
    tell("several ", several);
    tell("literal ", &(struct account){.id = 4, .cents = 5});
}

FOR_PATCH void copies(int to, int from)
{
    if (to % 2)
        *of(to) = *of(from);
    else
        memcpy(of(to), of(from), sizeof(struct account));
}
