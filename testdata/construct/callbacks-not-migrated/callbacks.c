void polus_data_unused_count(void)
{
}
