#define TABLE struct algo algos[] = {{"two", 1, 0}, {"strict", 1, 0}, {0}};
#include "program.h"
