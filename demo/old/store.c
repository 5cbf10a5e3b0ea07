/* Keys and their values, in a table with linear probing. */
#include "server.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define KEY_BYTES 32
#define VALUE_BYTES 96
#define ENTRIES 4096

struct entry {
	char key[KEY_BYTES];
	char value[VALUE_BYTES];
};

static struct entry table[ENTRIES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static unsigned hash(const char *key)
{
	unsigned h = 5381;
	while (*key)
		h = h * 33 + (unsigned char)*key++;
	return h % ENTRIES;
}

/* The entry of key, or the free one that it would take; -1 if all are taken. */
static int find(const char *key)
{
	unsigned start = hash(key);
	for (unsigned i = 0; i < ENTRIES; i++) {
		unsigned at = (start + i) % ENTRIES;
		if (!table[at].key[0] || !strcmp(table[at].key, key))
			return (int)at;
	}
	return -1;
}

/* Cuts a long key: two that begin alike become one. */
static void shorten(char *out, const char *key)
{
	snprintf(out, KEY_BYTES, "%s", key);
}

int store_set(const char *key, const char *value)
{
	char name[KEY_BYTES];
	shorten(name, key);
	pthread_mutex_lock(&lock);
	int at = find(name);
	if (at >= 0) {
		memcpy(table[at].key, name, KEY_BYTES);
		snprintf(table[at].value, VALUE_BYTES, "%s", value);
	}
	pthread_mutex_unlock(&lock);
	return at >= 0 ? 0 : -1;
}

int store_get(const char *key, char *value, size_t size)
{
	char name[KEY_BYTES];
	shorten(name, key);
	pthread_mutex_lock(&lock);
	int at = find(name);
	int found = at >= 0 && table[at].key[0];
	if (found)
		snprintf(value, size, "%s", table[at].value);
	pthread_mutex_unlock(&lock);
	return found ? 0 : -1;
}
