struct limits {
    int clients;
    long milliseconds;
};

static struct limits limits = {10, 60000};

int may_enter(int count)
{
    return count < limits.clients;
}

int wait_for(void)
{
    return limits.milliseconds / 1000;
}

int untouched(int n)
{
    return n + 1;
}
