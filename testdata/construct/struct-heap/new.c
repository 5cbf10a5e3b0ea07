void *malloc(unsigned long);
struct job { int id; int priority; };
struct job *make(int id)
{
    struct job *job = malloc(sizeof *job);
    job->id = id;
    job->priority = 0;
    return job;
}
