// Threads that read and write globals for as long as they like, and check them on every access.
// Each function holds one of the variables whose types differ between the versions, below a lock
// of the program's own or as a single writer. What must be equal to it stands in variables whose
// types do not differ, so that a write that one version made and the other missed is seen.
//
// torture THREADS REST SEED    REST: percent of the time in which nobody works, together
// Commands on standard input: `state`, `quit`; SIGUSR1 is `state`, too.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PERIOD 800000L // µs, of which a part is rest
#define HOLD 1500000L  // µs, longest time in one function
#define OFTEN (1 << 30)

static long accesses[2]; // by version
static long violations;
static long threads, rest;
static volatile int stop;
static long alive;

static long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000L + time.tv_nsec / 1000;
}

static void nap(long micros)
{
    struct timespec time = {micros / 1000000, micros % 1000000 * 1000};
    nanosleep(&time, 0);
}

static void spin(int turns)
{
    for (int i = 0; i < turns; i++)
        __asm__ volatile("pause");
}

static __thread unsigned long seed;

static unsigned long chance(unsigned long below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

// Between two accesses: mostly nothing, sometimes long enough for another thread to come.
static void between(void)
{
    unsigned long what = chance(64);
    if (what == 0)
        nap(chance(2000));
    else if (what < 4)
        sched_yield();
    else
        spin((int)chance(100));
}

// Between two writes that belong together.
static void within(void)
{
    if (chance(256) == 0)
        nap(chance(300));
}

static void access_made(int version)
{
    __atomic_fetch_add(&accesses[version], 1, __ATOMIC_RELAXED);
}

static void expect_equal(int version, const char *what, long is, long should)
{
    if (is == should)
        return;
    if (__atomic_fetch_add(&violations, 1, __ATOMIC_RELAXED) < 20)
        fprintf(stderr, "violation: version %d: %s: is %ld, should be %ld\n", version, what, is, should);
}

#define EXPECT(what, is, should) expect_equal(VERSION, what, is, should)

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

// ---- threads

static void (*const activities[])(long until) = {
    holds_counts, holds_ledger,  holds_slots,    holds_cells,
    holds_flags,  holds_message, reads_progress, writes_progress,
};

// Until when one may work that begins now; waits while all rest.
static long work_until(void)
{
    long busy = PERIOD * (100 - rest) / 100, time = now(), hold = (long)chance(HOLD);
    if (rest && time % PERIOD >= busy) {
        nap(PERIOD - time % PERIOD);
        time = now();
    }
    long end = time - time % PERIOD + busy;
    return rest && time + hold > end ? end : time + hold;
}

static void begin_worker(void);

// A thread does a few things, then another one takes its place.
static void *worker(void *number)
{
    seed = (unsigned long)number;
    for (unsigned long times = 1 + chance(6); times && !stop; times--) {
        long until = work_until();
        activities[chance(sizeof activities / sizeof *activities)](until);
    }
    if (!stop)
        begin_worker();
    __atomic_fetch_sub(&alive, 1, __ATOMIC_RELEASE);
    return 0;
}

static void begin_worker(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    __atomic_fetch_add(&alive, 1, __ATOMIC_RELAXED);
    while (pthread_create(&thread, &attributes, worker, (void *)(chance(1UL << 60) | 1)))
        nap(1000);
    pthread_attr_destroy(&attributes);
}

static void tell(void)
{
    printf("violations %ld old %ld new %ld\n", violations, accesses[0], accesses[1]);
    fflush(stdout);
}

static void *tells_on_signal(void *signals)
{
    int number;
    while (!sigwait(signals, &number))
        tell();
    return 0;
}

static void prepare_signals(void)
{
    static sigset_t told;
    pthread_t teller;
    sigset_t alarm;
    sigemptyset(&told);
    sigaddset(&told, SIGUSR1);
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &told, 0);
    pthread_sigmask(SIG_BLOCK, &alarm, 0);
    if (pthread_create(&teller, 0, tells_on_signal, &told))
        abort();
    for (long i = 0; i < threads; i++)
        begin_worker();
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &action, 0);
    pthread_sigmask(SIG_UNBLOCK, &alarm, 0); // in this thread only: one writer
    struct itimerval every = {{0, 3000}, {0, 3000}};
    setitimer(ITIMER_REAL, &every, 0);
}

int main(int argc, char **argv)
{
    char line[64];
    if (argc != 4 || pipe(channel))
        return 2;
    threads = atol(argv[1]);
    rest = atol(argv[2]);
    seed = strtoul(argv[3], 0, 10) | 1;
    prepare_signals();
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && !strncmp(line, "state", 5))
        tell();
    stop = 1;
    while (__atomic_load_n(&alive, __ATOMIC_ACQUIRE))
        nap(1000);
    tell();
    return violations != 0;
}
