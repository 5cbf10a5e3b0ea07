void polus_data_unused_counter(void)
{
}
