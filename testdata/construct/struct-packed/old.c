#pragma pack(push, 1)
struct wire { char kind; int length; };
#pragma pack(pop)
struct head { char kind; long length; } __attribute__((packed));
static struct wire wire;
static struct head __attribute__((aligned(64))) head;
int length(void) { return wire.length + head.length; }
