int first(list) int *list; { return *list; }
