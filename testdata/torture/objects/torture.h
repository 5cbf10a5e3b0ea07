// Threads that make, link, copy, move and free objects whose type has more fields in the new version,
// and check them on every access, below locks of the program's own. The old version's functions stay
// active for as long as they like: only those that hold the ledger, which migrates, are counted.
#include "base.h"

#define LISTS 12
#define MOST 40

struct list {
    pthread_mutex_t lock;
    struct object *first;
    long length, sum;
    struct object *row; // an array that grows and shrinks
    long rows;
};

static struct list lists[LISTS];
static struct object named = {.again = 5, .value = 5}, *named_by_pointer = &named;
static pthread_mutex_t named_lock = PTHREAD_MUTEX_INITIALIZER;

static void check(struct object *object);
static void moved(struct object *object); // realloc may have
static void fill(struct object *object, long value);
static struct object *make(long value);
static void copy(struct object *to, struct object *from);

static void stayed_made(void)
{
    __atomic_fetch_add(&stayed, 1, __ATOMIC_RELAXED);
}

// ---- linked objects

static void put(struct list *list)
{
    struct object *object = make((long)chance(1000));
    object->next = list->first;
    list->first = object;
    list->length++;
    list->sum += object->value;
    within();
}

static void take(struct list *list)
{
    unsigned long skip = chance(4);
    struct object **at = &list->first, *object;
    while (skip-- && *at && (*at)->next)
        at = &(*at)->next;
    object = *at;
    if (!object)
        return;
    check(object);
    *at = object->next;
    list->length--;
    list->sum -= object->value;
    free(object);
}

static void copy_one(struct list *list)
{
    struct object *to = list->first, *from = to ? to->next : 0;
    if (!from)
        return;
    check(from);
    list->sum += from->value - to->value;
    copy(to, from);
    check(to);
}

static void check_list(struct list *list)
{
    long length = 0, sum = 0;
    for (struct object *object = list->first; object; object = object->next) {
        check(object);
        length++;
        sum += object->value;
    }
    EXPECT("length", length, list->length);
    EXPECT("sum", sum, list->sum);
}

static void work_on_list(struct list *list)
{
    pthread_mutex_lock(&list->lock);
    switch (chance(4)) {
    case 0: check_list(list); break;
    case 1: copy_one(list); break;
    case 2:
        if (list->length < MOST) {
            put(list);
            break;
        }
        // fall through
    default: take(list);
    }
    pthread_mutex_unlock(&list->lock);
}

static void holds_objects(long until)
{
    do {
        work_on_list(&lists[chance(LISTS)]);
        stayed_made();
        between();
    } while (now() < until);
}

// ---- from one list to another

static void holds_both(long until)
{
    do {
        unsigned long low = chance(LISTS - 1), high = low + 1 + chance(LISTS - 1 - low);
        int down = (int)chance(2);
        struct list *from = &lists[down ? high : low], *to = &lists[down ? low : high];
        pthread_mutex_lock(&lists[low].lock);
        pthread_mutex_lock(&lists[high].lock);
        struct object *object = from->first;
        if (object && to->length < MOST) {
            check(object);
            from->first = object->next;
            from->length--;
            from->sum -= object->value;
            within();
            object->next = to->first;
            to->first = object;
            to->length++;
            to->sum += object->value;
            check(object);
        }
        pthread_mutex_unlock(&lists[high].lock);
        pthread_mutex_unlock(&lists[low].lock);
        stayed_made();
        between();
    } while (now() < until);
}

// ---- arrays that realloc moves

static void check_moved(struct object *object)
{
    moved(object);
    check(object);
}

static void holds_rows(long until)
{
    do {
        struct list *list = &lists[chance(LISTS)];
        pthread_mutex_lock(&list->lock);
        long rows = (long)chance(MOST) + 1;
        for (long i = 0; i < list->rows; i++)
            check_moved(&list->row[i]);
        list->row = realloc(list->row, (unsigned long)rows * sizeof *list->row);
        within();
        for (; list->rows < rows; list->rows++)
            fill(&list->row[list->rows], list->rows);
        list->rows = rows;
        for (long i = 0; i < rows; i++) {
            check_moved(&list->row[i]);
            EXPECT("value in a row", list->row[i].value, i);
        }
        pthread_mutex_unlock(&list->lock);
        stayed_made();
        between();
    } while (now() < until);
}

// ---- one that has a name

static void holds_named(long until)
{
    do {
        pthread_mutex_lock(&named_lock);
        check(&named);
        check(named_by_pointer);
        EXPECT("the named one's value", named.value, 5);
        pthread_mutex_unlock(&named_lock);
        stayed_made();
        between();
    } while (now() < until);
}

// ---- a global that migrates, and objects below it

static pthread_mutex_t ledger_lock = PTHREAD_MUTEX_INITIALIZER;
static struct ledger ledger;
static long balance;

static void holds_ledger(long until)
{
    do {
        pthread_mutex_lock(&ledger_lock);
        EXPECT("debit", ledger.debit, balance);
        EXPECT("credit", ledger.credit, -balance);
        balance = (long)chance(OFTEN);
        ledger.debit = (amount)balance;
        within();
        work_on_list(&lists[chance(LISTS)]);
        ledger.credit = -(amount)balance;
        access_made(VERSION);
        pthread_mutex_unlock(&ledger_lock);
        between();
    } while (now() < until);
}

// ---- a signal handler

static struct object alarmed;

static void on_alarm(int number)
{
    (void)number;
    check(&alarmed);
    alarmed.again = (int)++alarmed.value;
    stayed_made();
}

static void (*const activities[])(long until) = {
    holds_objects, holds_both, holds_rows, holds_named, holds_ledger,
};

static int prepare(void)
{
    for (int i = 0; i < LISTS; i++)
        pthread_mutex_init(&lists[i].lock, 0);
    return 1;
}

#include "threads.h"
