void polus_extend_part(struct part *object) { object->values = &((struct part__old *)object)->n; }
