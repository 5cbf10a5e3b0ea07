/* The old version may have written behind the end: CVE of the paper, section 5.4. */
static void truncate_it(struct buffer *of)
{
    if (of->end > of->alloc)
        of->end = of->alloc;
    if (of->offset > of->end)
        of->offset = of->end;
}

void polus_pre_update(void)
{
    truncate_it(&input);
    truncate_it(&output);
}

void polus_function_left_buffer_append(void)
{
    truncate_it(&input);
    truncate_it(&output);
}
