// Every single instruction on the way through a door, by the trap flag: at each, an
// unwinder that begins in a signal handler there reaches main and what called it.
// build: gcc -O2 -fno-omit-frame-pointer
// watch: serve
// doors: 1
// left: 1
// expect: steps enough, broken 0
#include "stepping.h"
