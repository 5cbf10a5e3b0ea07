#include <stdlib.h>
enum color { RED, GREEN };
struct car { enum color color; };
static struct car *car;
void buy(void) { car = malloc(sizeof *car); car->color = RED; }
int is_green(void) { return car->color == GREEN; }
