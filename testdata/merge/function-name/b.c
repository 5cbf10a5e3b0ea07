static const char *me(void) { return __PRETTY_FUNCTION__; }
const char *other(void) { return me(); }
