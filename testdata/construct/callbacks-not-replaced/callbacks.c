void polus_function_left_g(void)
{
}
