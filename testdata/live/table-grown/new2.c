#define TABLE struct command commands[] = {{"twice", twice}, {0}};
#include "program.h"
