#include <pthread.h>
#include <unistd.h>
volatile int ticks;
__attribute__((noipa)) void wait_a_bit(void) { usleep(1000); }
__attribute__((noipa)) static void *loop(void *unused) { for (;;) { wait_a_bit(); ticks += 2; } return unused; }
int main(void) { pthread_t thread; pthread_create(&thread, 0, loop, 0); return pthread_join(thread, 0); }
