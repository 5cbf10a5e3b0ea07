int days(int month) { static const int table[] = {31, 28, 31}; return table[month]; }
