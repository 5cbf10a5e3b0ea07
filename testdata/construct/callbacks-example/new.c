#include <string.h>

struct buffer {
    unsigned size, used;
    char text[256];
};

struct limits {
    int clients;
    long milliseconds;
};

static struct buffer input = {.size = 256};
static struct limits limits = {10, 60000};
static volatile int pending;

void append(const char *text)
{
    size_t length = strlen(text);
    if (length >= input.size - input.used)
        return;
    memcpy(input.text + input.used, text, length + 1);
    input.used += length;
}

int expired(int seconds)
{
    return seconds * 1000L > limits.milliseconds;
}

void drain(void)
{
    while (pending > 0)
        pending--;
}

void receive(const char *text)
{
    pending++;
    append(text);
    drain();
}
