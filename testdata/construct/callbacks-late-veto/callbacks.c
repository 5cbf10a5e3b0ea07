void polus_post_update(void)
{
    polus_veto("too late");
}
