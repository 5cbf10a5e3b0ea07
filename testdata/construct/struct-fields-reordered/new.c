struct limits {
    int seconds;
    int clients;
};

static struct limits limits = {60, 10};

int may_enter(int count)
{
    return count < limits.clients;
}

int wait_for(void)
{
    return limits.seconds;
}

int untouched(int n)
{
    return n + 1;
}
