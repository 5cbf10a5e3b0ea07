// Threads that do the program's `activities` one after the other, an alarm, and commands.
//
// torture THREADS REST SEED    REST: percent of the time in which nobody works, together
// Commands on standard input: `state`, `quit`; SIGUSR1 is `state`, too.

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
    printf("violations %ld old %ld new %ld stayed %ld\n", violations, accesses[0], accesses[1], stayed);
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
    if (argc != 4 || !prepare())
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
