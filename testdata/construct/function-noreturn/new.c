__attribute__((noreturn)) void die(int code);
_Noreturn void stop(int code);
__attribute__((noreturn, cold)) static void fail(int code) { die(code + 2); }
int check(int n) { if (n < 0) fail(n); if (n > 98) stop(n); return n; }
