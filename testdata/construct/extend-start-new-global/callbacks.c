void polus_extend_job(struct job *object) { object->done = ((struct job__old *)object)->id + 1; }
