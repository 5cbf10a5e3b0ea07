int limit(void) { return 4; }
