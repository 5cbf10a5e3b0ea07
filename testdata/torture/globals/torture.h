// Threads that read and write globals for as long as they like, and check them on every access.
// Each function holds one of the variables whose types differ between the versions, below a lock
// of the program's own or as a single writer. What must be equal to it stands in variables whose
// types do not differ, so that a write that one version made and the other missed is seen.
#include "base.h"

// ---- counts that must be equal

static pthread_mutex_t count_lock = PTHREAD_MUTEX_INITIALIZER;
static count left, right;
static long counted;

static void holds_counts(long until)
{
    do {
        pthread_mutex_lock(&count_lock);
        EXPECT("left", left, counted);
        EXPECT("right", right, left);
        if (counted == OFTEN)
            counted = left = right = 0;
        left++;
        within();
        counted++;
        right++;
        access_made(VERSION);
        pthread_mutex_unlock(&count_lock);
        between();
    } while (now() < until);
}

// ---- a struct that is reordered, and has more

static pthread_mutex_t ledger_lock = PTHREAD_MUTEX_INITIALIZER;
static struct ledger ledger;
static long balance;
#if VERSION
static long entries;
#endif

static void holds_ledger(long until)
{
    do {
        pthread_mutex_lock(&ledger_lock);
        EXPECT("debit", ledger.debit, balance);
        EXPECT("credit", ledger.credit, -balance);
        EXPECT("kind", ledger.kind, (short)(balance & 0x7fff));
        balance = (long)chance(OFTEN);
        ledger.debit = (amount)balance;
        within();
        ledger.credit = -(amount)balance;
        ledger.kind = (short)(balance & 0x7fff);
#if VERSION
        EXPECT("entries", ledger.entries, entries);
        ledger.entries = ++entries;
#endif
        access_made(VERSION);
        pthread_mutex_unlock(&ledger_lock);
        between();
    } while (now() < until);
}

// ---- an array that grows

static pthread_mutex_t slot_lock = PTHREAD_MUTEX_INITIALIZER;
static count slots[SLOTS];
static long slot_sum;
#if VERSION
static long upper_sum;
#endif

static void holds_slots(long until)
{
    do {
        long sum = 0, more = (long)chance(1000);
        unsigned long at = chance(8);
        pthread_mutex_lock(&slot_lock);
        for (int i = 0; i < 8; i++)
            sum += slots[i];
        EXPECT("slots", sum, slot_sum);
        slot_sum += more - slots[at] % 1000;
        within();
        slots[at] += (count)(more - slots[at] % 1000);
#if VERSION
        sum = 0;
        for (int i = 8; i < SLOTS; i++)
            sum += slots[i];
        EXPECT("upper slots", sum, upper_sum);
        slots[8 + chance(SLOTS - 8)]++;
        upper_sum++;
#endif
        access_made(VERSION);
        pthread_mutex_unlock(&slot_lock);
        between();
    } while (now() < until);
}

// ---- an array of structs

static pthread_mutex_t cell_lock = PTHREAD_MUTEX_INITIALIZER;
static struct cell cells[6];
static long cell_values[6];

static void holds_cells(long until)
{
    do {
        unsigned long at = chance(6);
        pthread_mutex_lock(&cell_lock);
        for (int i = 0; i < 6; i++) {
            EXPECT("cell", cells[i].value, cell_values[i]);
            EXPECT("mark", cells[i].mark, cells[i].value & 0xff);
        }
        cell_values[at] = (long)chance(OFTEN);
        cells[at].value = (int)cell_values[at];
        within();
        cells[at].mark = (unsigned char)cell_values[at];
        access_made(VERSION);
        pthread_mutex_unlock(&cell_lock);
        between();
    } while (now() < until);
}

// ---- bit-fields

static pthread_mutex_t flag_lock = PTHREAD_MUTEX_INITIALIZER;
static struct flags flags;
static unsigned flag_values[2];

static void holds_flags(long until)
{
    do {
        pthread_mutex_lock(&flag_lock);
        EXPECT("low", flags.low, flag_values[0]);
        EXPECT("high", flags.high, flag_values[1]);
        flag_values[0] = (unsigned)chance(1 << 5);
        flags.low = flag_values[0];
        within();
        flag_values[1] = (unsigned)chance(1 << 7);
        flags.high = flag_values[1];
        access_made(VERSION);
        pthread_mutex_unlock(&flag_lock);
        between();
    } while (now() < until);
}

// ---- a buffer that the kernel writes

static pthread_mutex_t message_lock = PTHREAD_MUTEX_INITIALIZER;
static char message[MESSAGE];
static char sent[64];
static int channel[2];

static void holds_message(long until)
{
    do {
        pthread_mutex_lock(&message_lock);
        EXPECT("message", memcmp(message, sent, sizeof sent), 0);
        for (unsigned i = 0; i < sizeof sent; i++)
            sent[i] = (char)chance(256);
        EXPECT("written", write(channel[1], sent, sizeof sent), sizeof sent);
        within();
        EXPECT("read", read(channel[0], message, sizeof sent), sizeof sent);
        EXPECT("message read", memcmp(message, sent, sizeof sent), 0);
        access_made(VERSION);
        pthread_mutex_unlock(&message_lock);
        between();
    } while (now() < until);
}

// ---- one writer without a lock, many readers

static volatile unsigned sequence;
static volatile count first, second;
static volatile count progress;
static int has_writer;

static void reads_progress(long until)
{
    long seen = 0;
    do {
        unsigned before = sequence;
        long one = first, two = second;
        unsigned after = sequence;
        if (before == after && before % 2 == 0)
            EXPECT("second", two, one);
        long reached = progress;
        if (reached < seen)
            EXPECT("progress", reached, seen);
        seen = reached;
        access_made(VERSION);
        between();
    } while (now() < until);
}

static void writes_progress(long until)
{
    if (__atomic_exchange_n(&has_writer, 1, __ATOMIC_ACQUIRE)) {
        nap(1000);
        return;
    }
    count reached = progress;
    do {
        EXPECT("own progress", progress, reached);
        EXPECT("own first", first, second);
        reached++;
        sequence++;
        first = reached;
        spin((int)chance(50));
        second = reached;
        sequence++;
        progress = reached;
        access_made(VERSION);
        spin(50);
        between();
    } while (now() < until);
    __atomic_store_n(&has_writer, 0, __ATOMIC_RELEASE);
}

// ---- a signal handler

static volatile count alarms;
static volatile long alarm_count;

static void on_alarm(int number)
{
    (void)number;
    EXPECT("alarms", alarms, alarm_count);
    alarms++;
    spin(20);
    alarm_count++;
    access_made(VERSION);
}

static void (*const activities[])(long until) = {
    holds_counts, holds_ledger,  holds_slots,    holds_cells,
    holds_flags,  holds_message, reads_progress, writes_progress,
};

static int prepare(void)
{
    return !pipe(channel);
}

#include "threads.h"
