/* What the server counts. */
#include "server.h"
#include <pthread.h>
#include <stdio.h>

struct statistics {
	unsigned long refused;
	unsigned long requests;
};

static struct statistics statistics;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void count_request(void)
{
	pthread_mutex_lock(&lock);
	statistics.requests++;
	pthread_mutex_unlock(&lock);
}

void count_refusal(void)
{
	pthread_mutex_lock(&lock);
	statistics.refused++;
	pthread_mutex_unlock(&lock);
}

void describe_statistics(char *text, size_t size)
{
	pthread_mutex_lock(&lock);
	unsigned long requests = statistics.requests, refused = statistics.refused;
	pthread_mutex_unlock(&lock);
	snprintf(text, size, "requests=%lu refused=%lu", requests, refused);
}
