#define TABLE struct algo algos[] = {{"one", 1, 0}, {"strict", 1, 7}, {"two", 1, 0}, {"weak", 1, 0}, {0}};
#include "program.h"
