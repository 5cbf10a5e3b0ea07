struct handle;
struct handle *make_a(void); int use_a(struct handle *);
struct handle *make_b(void); int use_b(struct handle *);
