static int timeout = 30000;
int expired(int now) { return now * 1000 > timeout; }
int reader(void) { return timeout; }
