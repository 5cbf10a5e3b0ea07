enum kind { RED, BLUE, GREEN };
struct job { enum kind kind; } *job;
static struct row { const char *name; enum kind kind; } rows[] = {{"red", RED}, {"blue", BLUE}, {"green", GREEN}};
const char *name(void)
{
    for (struct row *row = rows; row < rows + sizeof rows / sizeof *rows; row++)
        if (row->kind == job->kind)
            return row->name;
    return 0;
}
