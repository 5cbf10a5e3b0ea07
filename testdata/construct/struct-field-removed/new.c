struct limits {
    int clients;
};

static struct limits limits = {10};

int may_enter(int count)
{
    return count < limits.clients;
}

int wait_for(void)
{
    return 60;
}

int untouched(int n)
{
    return n + 1;
}
