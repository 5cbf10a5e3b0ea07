struct limits {
    int clients;
    int seconds;
};

static struct limits limits = {10, 60};

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
