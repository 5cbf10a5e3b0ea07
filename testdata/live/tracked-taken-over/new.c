// The polus that keeps two instances coherent is killed: another one takes over, and no write goes astray.
#include "../tracked/new.c"
