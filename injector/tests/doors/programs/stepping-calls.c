// As stepping.c, through a door that runs callbacks.
// build: gcc -O2 -fno-omit-frame-pointer
// watch: serve
// calls: serve
// doors: 1
// left: 1
// expect: steps enough, broken 0
// expect: callbacks 2
#define CALLBACKS
#include "stepping.h"
