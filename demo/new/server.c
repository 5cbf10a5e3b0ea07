/* Listens on the loopback; a thread for each client answers its lines. */
#include "server.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* SET key value | GET key | STATS */
static void answer(char *line, char *reply, size_t size)
{
	char *save = NULL, text[LINE_MAX_BYTES];
	char *verb = strtok_r(line, " \r\n", &save);
	char *key = strtok_r(NULL, " \r\n", &save);
	char *value = strtok_r(NULL, "\r\n", &save);

	count_request();
	if (verb && !strcmp(verb, "STATS")) {
		describe_statistics(text, sizeof text);
		snprintf(reply, size, "%s\n", text);
	} else if (verb && key && value && !strcmp(verb, "SET")) {
		int result = store_set(key, value);
		if (result)
			count_refusal();
		snprintf(reply, size, "%s\n", !result ? "OK" : result == -1 ? "ERR full" : "ERR key too long");
	} else if (verb && key && !strcmp(verb, "GET")) {
		snprintf(reply, size, "%s\n", store_get(key, text, sizeof text) ? "ERR none" : text);
	} else {
		snprintf(reply, size, "ERR syntax\n");
	}
}

static void *converse(void *argument)
{
	int fd = (int)(intptr_t)argument;
	FILE *in = fdopen(fd, "r");
	char line[LINE_MAX_BYTES], reply[LINE_MAX_BYTES + 2];
	while (in && fgets(line, sizeof line, in)) {
		answer(line, reply, sizeof reply);
		if (send(fd, reply, strlen(reply), MSG_NOSIGNAL) < 0)
			break;
	}
	if (in)
		fclose(in);
	return NULL;
}

static int listen_on(int port)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 64)) {
		perror("server");
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "Usage: server PORT\n");
		return 2;
	}
	int listener = listen_on(atoi(argv[1]));
	for (;;) {
		int one = 1, fd = accept(listener, NULL, NULL);
		pthread_t thread;
		if (fd < 0)
			continue;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		if (pthread_create(&thread, NULL, converse, (void *)(intptr_t)fd))
			close(fd);
		else
			pthread_detach(thread);
	}
}
