// A program that forks before and after an update: each process has the fields of its own objects,
// and what a child does to them is not the parent's.
struct session {
    int id;
    char kind;
    long requests;
};
#include "program.h"

FOR_PATCH void act(const char *who, const char *line)
{
    struct session *session = line[1] == '9' ? &shared : sessions[(line[1] - '0') & 3];
    if (*line == 'r')
        session->requests++;
    else if (*line == 'm') {
        free(sessions[line[1] & 3]);
        sessions[line[1] & 3] = calloc(1, sizeof *session);
        sessions[line[1] & 3]->id = line[1] - '0';
    }
    printf("%s: %d %ld\n", who, session->id, session->requests);
}
