struct wire { char tag; int length; };
struct __attribute__((packed)) tight { char a; long b; };
#pragma pack(2)
struct two { char a; long b; };
int other(void) { return sizeof(struct wire) * 10000 + sizeof(struct tight) * 100 + sizeof(struct two); }
