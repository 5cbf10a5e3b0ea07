static int timeout = 30;
int expired(int now) { return now > timeout; }
int reader(void) { return timeout; }
