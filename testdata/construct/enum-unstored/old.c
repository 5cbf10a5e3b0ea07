enum op { ADD, SUB };
int apply(int op, int a, int b) { switch (op) { case ADD: return a + b; case SUB: return a - b; } return 0; }
