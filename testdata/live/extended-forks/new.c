struct session {
    char peer[16];
    int id;
    double load;
    long requests;
};
#include "program.h"

FOR_PATCH void act(const char *who, const char *line)
{
    struct session *session = line[1] == '9' ? &shared : sessions[(line[1] - '0') & 3];
    if (*line == 'r') {
        session->requests++;
        session->load += 0.5;
    } else if (*line == 'm') {
        free(session);
        session = sessions[line[1] & 3] = malloc(sizeof *session);
        *session = (struct session){.id = line[1] - '0', .load = 100};
    } else if (*line == 'n') {
        snprintf(session->peer, sizeof session->peer, "%s's", who);
        session->load += 10;
    }
    printf("%s: %d %ld %s %.1f\n", who, session->id, session->requests, session->peer[0] ? session->peer : "-", session->load);
}
