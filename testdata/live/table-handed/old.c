// A table whose address goes from function to function, and which is written, grows in its middle: its
// rows cross by what they begin with, once no function is active that may hold an address of it.
#define TABLE struct algo algos[] = {{"one", 1, 0}, {"weak", 1, 0}, {"two", 1, 0}, {0}};
#include "program.h"
