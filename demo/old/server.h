/* A key-value server in a few lines: what its files share. */
#ifndef SERVER_H
#define SERVER_H

#include <stddef.h>

#define LINE_MAX_BYTES 256

/* store.c */
int store_set(const char *key, const char *value);
int store_get(const char *key, char *value, size_t size);

/* statistics.c */
void count_request(void);
void describe_statistics(char *text, size_t size);

#endif
