int vlog(const char *format, __builtin_va_list list);
int log_it(const char *format, ...)
{
    __builtin_va_list list;
    __builtin_va_start(list, format);
    int n = vlog(format, list);
    __builtin_va_end(list);
    return n;
}
