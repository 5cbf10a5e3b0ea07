void polus_to_new_table(const int (*from)[4], short (*to)[2])
{
    for (int i = 0; i < 2; i++)
        (*to)[i] = (short)(*from)[2 * i];
}

void polus_to_old_table(const short (*from)[2], int (*to)[4])
{
    for (int i = 0; i < 4; i++)
        (*to)[i] = (*from)[i / 2];
}
