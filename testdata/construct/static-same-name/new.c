int pick(int n) { if (n) { static int c; return ++c; } else { static int c = 50; return --c; } }
