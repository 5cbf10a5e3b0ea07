struct limit {
    int clients;
    short rate;
};
__thread struct limit limit __attribute__((tls_model("local-exec"))) = { 3, 4 };
_Thread_local unsigned char seen[4][2], other;
int sum(void) { return limit.clients + limit.rate + seen[1][1] + other; }
int get(int i) { return limit.rate + seen[i][0] + other; }
