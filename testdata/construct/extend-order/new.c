struct job { struct job *next; int id; int cost; };
struct pair { struct job one, two; };
struct job *jobs, fresh = {&fresh, 1, 2}, zero = {0}, many[] = {{0, 1}, {.id = 2, 3}};
struct pair pair = {{0, 1, 2}, {0, 3}};
int f(struct job *j)
{
    struct job local = {j, 1, 2}, none[2] = {0};
    static struct job fixed = {&many[1], 1, 2};
    *j = local;
    jobs = (struct job[]){{0, 1, 2}, {&fixed, 3, 4}};
    return j->id + j->cost + none[1].id + jobs[1].cost + ((struct pair){{0, 1, 2}, {j, 3, 4}}).two.id;
}
int sum(void) { return f(jobs) + f(&fresh) + f(&zero) + f(&pair.one); }
