// The new version's state: counts are longer, structs are reordered and have more, arrays grew.
#define VERSION 1
#define SLOTS 32
#define MESSAGE 200

typedef long count;
typedef long amount;

struct ledger {
    short kind;
    amount credit;
    long entries;
    amount debit;
};

struct cell {
    unsigned char mark;
    long uses;
    long value;
};

struct flags {
    unsigned high : 11;
    unsigned more : 3;
    unsigned low : 9;
};

#include "torture.h"
