// As zlib.h does: the macro says how this unit spells the type of an offset.
typedef long offset_t;
#ifdef LARGE
typedef long large_offset_t;
#define offset large_offset_t
#else
#define offset offset_t
#endif

struct place {
    const char *file;
    offset at;
};
