void fail(const char *file, int line);
#define CHECK(x) do { if (!(x)) fail(__FILE__, __LINE__); } while (0)
