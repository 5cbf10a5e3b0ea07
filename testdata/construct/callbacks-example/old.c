#include <string.h>

struct buffer {
    unsigned size, used;
    char text[256];
};

struct limits {
    int clients;
    int seconds;
};

static struct buffer input = {.size = 256};
static struct limits limits = {10, 60};
static volatile int pending;

void append(const char *text)
{
    strcpy(input.text + input.used, text);
    input.used += strlen(text);
}

int expired(int seconds)
{
    return seconds > limits.seconds;
}

void drain(void)
{
    while (pending != 0)
        pending--;
}

void receive(const char *text)
{
    pending++;
    append(text);
    drain();
}
