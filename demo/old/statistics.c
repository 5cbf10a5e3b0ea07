/* What the server counts. */
#include "server.h"
#include <pthread.h>
#include <stdio.h>

struct statistics {
	unsigned requests;
};

static struct statistics statistics;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void count_request(void)
{
	pthread_mutex_lock(&lock);
	statistics.requests++;
	pthread_mutex_unlock(&lock);
}

void describe_statistics(char *text, size_t size)
{
	pthread_mutex_lock(&lock);
	unsigned requests = statistics.requests;
	pthread_mutex_unlock(&lock);
	snprintf(text, size, "requests=%u", requests);
}
