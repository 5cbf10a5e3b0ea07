/*
 * A live patch for program: version 0 to 1.
 *
 *     gcc -O2 -fPIC -shared patch.c -o patch.so
 *     polus check -p PID patch.so
 *     polus apply -p PID patch.so
 *
 * Written by polusc. Each block says where it comes from and why it is here; it may be
 * adjusted by hand. What is declared `extern` and listed in polus_imports stays in the process.
 *
 * The style of the program's own text is not at issue: as if in a system header, the compiler
 * tells errors only. Take the next line away to see its warnings. What its optimiser warns of
 * there nevertheless is listed below.
 */
# 16 "patch.c" 3
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wattributes"
#pragma GCC diagnostic ignored "-Warray-bounds"
#pragma GCC diagnostic ignored "-Wdangling-pointer"
#pragma GCC diagnostic ignored "-Wformat-overflow"
#pragma GCC diagnostic ignored "-Wformat-truncation"
#pragma GCC diagnostic ignored "-Wfree-nonheap-object"
#pragma GCC diagnostic ignored "-Winfinite-recursion"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wnonnull"
#pragma GCC diagnostic ignored "-Wrestrict"
#pragma GCC diagnostic ignored "-Wreturn-local-addr"
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#pragma GCC diagnostic ignored "-Wstringop-overread"
#pragma GCC diagnostic ignored "-Wstringop-truncation"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wuse-after-free"

/* ---- The program's declarations ---- */

/* /usr/lib/gcc/x86_64-linux-gnu/12/include/stddef.h:214: a type that the patch uses */
typedef long unsigned int size_t;

/* /usr/include/x86_64-linux-gnu/bits/types.h:152: a type that the patch uses */
typedef long int __off_t;

/* /usr/include/x86_64-linux-gnu/bits/types.h:153: a type that the patch uses */
typedef long int __off64_t;

/* /usr/include/x86_64-linux-gnu/bits/types/struct_FILE.h:49: a type that the patch uses */
struct _IO_FILE;

/* /usr/include/x86_64-linux-gnu/bits/types/FILE.h:7: a type that the patch uses */
typedef struct _IO_FILE FILE;

/* /usr/include/x86_64-linux-gnu/bits/types/struct_FILE.h:36: a type that the patch uses */
struct _IO_marker;

/* /usr/include/x86_64-linux-gnu/bits/types/struct_FILE.h:37: a type that the patch uses */
struct _IO_codecvt;

/* /usr/include/x86_64-linux-gnu/bits/types/struct_FILE.h:38: a type that the patch uses */
struct _IO_wide_data;

/* /usr/include/x86_64-linux-gnu/bits/types/struct_FILE.h:43: a type that the patch uses */
typedef void _IO_lock_t;

/* /usr/include/x86_64-linux-gnu/bits/types/struct_FILE.h:49: a type that the patch uses */
struct _IO_FILE
{
  int _flags;
  char *_IO_read_ptr;
  char *_IO_read_end;
  char *_IO_read_base;
  char *_IO_write_base;
  char *_IO_write_ptr;
  char *_IO_write_end;
  char *_IO_buf_base;
  char *_IO_buf_end;
  char *_IO_save_base;
  char *_IO_backup_base;
  char *_IO_save_end;
  struct _IO_marker *_markers;
  struct _IO_FILE *_chain;
  int _fileno;
  int _flags2;
  __off_t _old_offset;
  unsigned short _cur_column;
  signed char _vtable_offset;
  char _shortbuf[1];
  _IO_lock_t *_lock;
  __off64_t _offset;
  struct _IO_codecvt *_codecvt;
  struct _IO_wide_data *_wide_data;
  struct _IO_FILE *_freeres_list;
  void *_freeres_buf;
  size_t __pad5;
  int _mode;
  char _unused2[15 * sizeof (int) - 4 * sizeof (void *) - sizeof (size_t)];
};

/* /usr/include/stdio.h:143: declared by a library */
extern FILE *stdin;

/* /usr/include/stdio.h:144: declared by a library */
extern FILE *stdout;

/* /usr/include/stdio.h:230: declared by a library */
extern int fflush (FILE *__stream);

/* /usr/include/stdio.h:356: declared by a library */
extern int printf (const char *__restrict __format, ...);

/* /usr/include/stdio.h:592: declared by a library */
extern char *fgets (char *__restrict __s, int __n, FILE *__restrict __stream) __attribute__ ((__access__ (__write_only__, 1, 2)));

/* new.c:7: sink stays in the process */
extern int sink(int);

/* ---- Bound by the injector ---- */

#pragma weak sink

/* ---- What the patch defines ---- */

static __attribute__((noipa)) __attribute__((noinline)) int first_v2(int n);
static __attribute__((noinline)) int second(int n);
static __attribute__((noipa)) __attribute__((noinline)) int use1_v2(int n);
static __attribute__((noipa)) __attribute__((noinline)) int use2_v2(int n);
static __attribute__((noipa)) int main_v2(void);

/* ---- Functions ---- */

/* new.c:3: its text changed */
static __attribute__((noinline)) int first_v2(int n) { for (int i = 0; i < n; i++) n += sink(i) * 3; return n + 18; }

/* new.c:4: repeated, because the binary has no entry of it to call or it is inline */
static __attribute__((noinline)) int second(int n) { for (int i = 0; i < n; i++) n += sink(i) * 3; return n + 17; }

/* new.c:5: it was compiled on facts about first (it calls nothing outside its file, so the compiler knew its effects) */
static __attribute__((noinline)) int use1_v2(int n) { int r = first_v2(n) + 1; printf("first %d\n", r); return r; }

/* new.c:6: the binary holds one code for first and an equal function of its */
static __attribute__((noinline)) int use2_v2(int n) { int r = second(n) + 1; printf("second %d\n", r); return r; }

/* new.c:8: it was compiled on facts about use1 (it calls nothing outside its file, so the compiler knew its effects); it was compiled on facts about use2 (it calls nothing outside its file, so the compiler knew its effects) */
static int main_v2(void) { char line[80]; while (fgets(line, 80, stdin )) { int n = line[0]; use1_v2(n); use2_v2(n); fflush( stdout ); } return 0; }

/* ---- What the injector reads ---- */

/* polus/patch.h */

static const struct polus_function polus_functions[] = {
    { "first", "old.c", "first_v2",
      "its text changed",
      (void *)first_v2, 0xADDRESS, POLUS_REPLACED, 0 },
    { "use1", "", "use1_v2",
      "it was compiled on facts about first (it calls nothing outside its file, so the compiler knew its effects)",
      (void *)use1_v2, 0xADDRESS, POLUS_REPLACED, 0 },
    { "use2", "", "use2_v2",
      "the binary holds one code for first and an equal function of its",
      (void *)use2_v2, 0xADDRESS, POLUS_REPLACED, 0 },
    { "main", "", "main_v2",
      "it was compiled on facts about use1 (it calls nothing outside its file, so the compiler knew its effects); it was compiled on facts about use2 (it calls nothing outside its file, so the compiler knew its effects)",
      (void *)main_v2, 0xADDRESS, POLUS_REPLACED, POLUS_NEVER_RETURNS },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_variable polus_variables[] = {
    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_use polus_uses[] = {
    { 0, 0 }
};

static const struct polus_import polus_imports[] = {
    { "sink", "sink", "", "", 0xADDRESS, 0, POLUS_FUNCTION, 0 },
    { 0, 0, 0, 0, 0, 0, 0, 0 }
};

static const struct polus_layout polus_layouts[] = {
    { 0, 0, 0, 0 }
};

__attribute__((visibility("default"))) const struct polus_patch polus_patch = {
    POLUS_ABI, sizeof(struct polus_patch),
    0, 1,
    "DIGEST",
    "DIGEST",
    "DIGEST",
    "program",
    "DIGEST",
    "",
    polus_functions, polus_variables, polus_uses, polus_imports, polus_layouts,
    4, 0, 0, 1, 0,
};