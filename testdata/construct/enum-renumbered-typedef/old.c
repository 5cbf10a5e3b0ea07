typedef enum { IDLE, BUSY } state_t;
static state_t *states;
void keep(state_t *all) { states = all; }
int busy(int at) { return states[at] == BUSY; }
