// The old version's state; what threads do with it is the same text in both versions.
#define VERSION 0
#define SLOTS 8
#define MESSAGE 64

typedef int count;
typedef int amount;

struct ledger {
    amount debit;
    short kind;
    amount credit;
};

struct cell {
    int value;
    unsigned char mark;
};

struct flags {
    unsigned low : 5;
    unsigned high : 7;
};

#include "torture.h"
