enum { GREEN = 40, RED };
enum mode { OFF, ON };
int other(void) { enum mode m = ON; switch (m) { case OFF: return RED; case ON: return GREEN + m; } return -1; }
