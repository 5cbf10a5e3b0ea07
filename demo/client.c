/* Clients of the demo's server: each sets and gets in turn over one connection, until
 * SIGTERM. Prints `name|requests|errors|longest gap`. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 256

struct client {
	pthread_t thread;
	int number;
	unsigned long requests, errors;
	double longest; /* milliseconds between a request and its answer */
};

static int port;
static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int dial(void)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	struct timeval patience = { .tv_sec = 20 };
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (!connect(fd, (struct sockaddr *)&address, sizeof address))
		return fd;
	close(fd);
	return -1;
}

/* Sends request and compares the answer; 0 if it is the expected one. */
static int ask(int fd, const char *request, const char *expected)
{
	char reply[512];
	size_t got = 0;
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		return -1;
	while (!memchr(reply, '\n', got)) {
		ssize_t n = recv(fd, reply + got, sizeof reply - 1 - got, 0);
		if (n <= 0)
			return -1;
		got += (size_t)n;
	}
	reply[got] = 0;
	return strcmp(reply, expected);
}

static void timed(struct client *client, int fd, const char *request, const char *expected)
{
	double begin = now_ms();
	client->errors += ask(fd, request, expected) != 0;
	client->requests++;
	double gap = now_ms() - begin;
	if (gap > client->longest)
		client->longest = gap;
}

static void *run(void *argument)
{
	struct client *client = argument;
	char request[128], expected[128];
	int fd = dial();
	if (fd < 0)
		client->errors++;
	for (unsigned long i = 0; fd >= 0 && !ended && client->errors < 10; i++) {
		snprintf(request, sizeof request, "SET key-%d-%lu %lu\n", client->number, i % 8, i);
		timed(client, fd, request, "OK\n");
		snprintf(request, sizeof request, "GET key-%d-%lu\n", client->number, i % 8);
		snprintf(expected, sizeof expected, "%lu\n", i);
		timed(client, fd, request, expected);
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	static struct client clients[CLIENTS_MAX];
	struct client all = { 0 };
	int count = argc == 3 ? atoi(argv[2]) : 0;
	if (count < 1 || count > CLIENTS_MAX) {
		fprintf(stderr, "Usage: client PORT COUNT\n");
		return 2;
	}
	port = atoi(argv[1]);
	signal(SIGTERM, end);
	for (int i = 0; i < count; i++) {
		clients[i].number = i;
		if (pthread_create(&clients[i].thread, NULL, run, &clients[i]))
			return 3;
	}
	for (int i = 0; i < count; i++) {
		pthread_join(clients[i].thread, NULL);
		all.requests += clients[i].requests;
		all.errors += clients[i].errors;
		if (clients[i].longest > all.longest)
			all.longest = clients[i].longest;
	}
	printf("%d clients|%lu|%lu|%.3f ms\n", count, all.requests, all.errors, all.longest);
	return all.errors != 0;
}
