int days(int month) { static const int table[] = {31, 29, 31}; return table[month]; }
