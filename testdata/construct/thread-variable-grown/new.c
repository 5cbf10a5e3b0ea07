struct limit {
    long clients;
    int wait;
    short rate;
};
__thread struct limit limit __attribute__((tls_model("local-exec"))) = { 3, 7, 4 };
_Thread_local unsigned char seen[6][3], other;
int sum(void) { return limit.clients + limit.rate + seen[1][1] + other; }
int get(int i) { return limit.rate + limit.wait + seen[i][0] + other; }
