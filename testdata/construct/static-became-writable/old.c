int next(void) { static const int base = 4; return base; }
