void *malloc(unsigned long);
struct job { int id; };
struct job *make(int id)
{
    struct job *job = malloc(sizeof *job);
    job->id = id;
    return job;
}
