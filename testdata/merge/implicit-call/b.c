int other() { return helper(); }
