static int ready;

void polus_pre_update(void)
{
    if (ready {
    }
}
