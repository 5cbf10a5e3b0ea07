enum { RED, GREEN, BLUE };
typedef struct { int r, g; } colour;
