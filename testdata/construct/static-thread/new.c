int next(void) { static __thread int counter; return ++counter; }
