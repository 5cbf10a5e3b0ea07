#include "place.h"

long beyond(struct place *place)
{
    place->at++;
    return place->at + sizeof(struct place);
}
