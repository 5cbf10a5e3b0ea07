static count = 7;
twice(n) int n; { return n * 2 + count; }
plain(n) { return n + count; }
