// What a patch tells the injector. polusc copies this file into every patch.c,
// so that a patch needs no header; the injector reads the tables out of patch.so
// before it touches a process. Change a struct only together with POLUS_ABI and
// its mirror in runtime/src/abi.rs.
#define POLUS_ABI 6

enum polus_function_kind {
    POLUS_REPLACED = 1, // calls of the old version are led to `code`
    POLUS_ADDED = 2,    // new, or of another type than its namesake: old code never calls it
    POLUS_REMOVED = 3,  // the new program has it no more; `code` is null
};

enum polus_function_flag {
    POLUS_NO_ENTRY = 1,      // the binary holds it only inlined or as clones: nothing to redirect
    POLUS_NEVER_RETURNS = 2, // main, an accept loop: its old frame stays active
    POLUS_RELIES = 4,        // compiled on facts that the new version breaks: no change while it is active
};

struct polus_function {
    const char *name;           // as the program spells it
    const char *file;           // a static: path of its source file below the tree; else ""
    const char *version_name;   // foo_v2
    const char *reason;         // why it is in the patch
    void *code;                 // the new version's entry
    unsigned long long address; // stated address of the old entry in the binary, 0: look it up
    unsigned kind, flags;
};

enum polus_variable_kind {
    POLUS_MIGRATED = 1,  // old and new instance, kept coherent by to_new and to_old
    POLUS_NEW = 2,       // the new program's own
    POLUS_ADOPTED = 3,   // keeps its place, takes the new initialiser out of `instance`
};

enum polus_variable_flag {
    POLUS_HOLDS_LOCK = 1, // threads may sleep on it: old and new code never use it side by side
    POLUS_PER_THREAD = 2, // every thread has its own; `instance` is a function that leads to the caller's
    POLUS_TRAVELS = 4,    // active functions hold its address: old and new code never use it side by side
};

struct polus_variable {
    const char *name;           // as the program spells it
    const char *file;           // a static: its source file; else ""
    const char *function;       // a static of function scope: its function; else ""
    const char *version_name;   // limits_v2
    const char *reason;
    void *instance;             // the new instance, in this patch
    // State synchronization, MIGRATED only. With `before`, an earlier content of `from`,
    // it carries what differs from that and leaves the rest of `to` as it is.
    void (*to_new)(const void *from, void *to, const void *before);
    void (*to_old)(const void *from, void *to, const void *before);
    unsigned long long address; // stated address of the old instance (PER_THREAD: offset in the TLS segment), 0: look it up
    unsigned long long old_size, new_size; // bytes
    unsigned kind, flags;
};

// Old function number `function` uses variable number `variable` (MIGRATED); of one that TRAVELS
// both versions may. `end`, if not 0: function number `end` - 1, from which it does not come back;
// once it called that, it uses the variable no more.
struct polus_use {
    unsigned function, variable, end;
};

enum polus_import_kind {
    POLUS_FUNCTION = 1,
    POLUS_VARIABLE = 2,
    POLUS_THREAD_VARIABLE = 3,
    POLUS_RUNTIME = 4, // of the runtime library, under `name`
};

// Something that stays in the process. The patch refers to `symbol` (weak,
// undefined); the injector fills every relocation against it.
struct polus_import {
    const char *symbol;         // in this patch's symbol table
    const char *name;           // as the program spells it
    const char *file;           // a static: its source file; else ""
    const char *function;       // a static of function scope: its function; else ""
    unsigned long long address; // stated address (thread variable: offset in the TLS segment), 0: look it up
    unsigned long long size;    // bytes of a variable, 0: unknown
    unsigned kind, flags;
};

struct polus_field {
    const char *name;
    unsigned long long offset, size; // bits
};

// A type that new code and process share; checked against the binary's DWARF.
struct polus_layout {
    const char *type;           // "struct client"
    unsigned long long size;    // bytes
    const struct polus_field *fields;
    unsigned field_count;
};

// Hand-written code that runs at certain moments of an update (paper 3.4).
enum polus_callback_kind {
    POLUS_PRE_UPDATE = 1,    // before anything changes; may write to `veto`
    POLUS_THREAD_LEFT = 2,   // a thread left the old version of function number `subject`
    POLUS_FUNCTION_LEFT = 3, // all threads have left it
    POLUS_DATA_UNUSED = 4,   // no active old function uses variable number `subject` any more
    POLUS_POST_UPDATE = 5,   // the update has terminated
};

struct polus_callback {
    void (*code)(void);
    unsigned kind, subject;
};

// See polus/extend.h, which patches carry that extend types.
struct polus_companion;
struct polus_extension_type;

struct polus_patch {
    unsigned abi, struct_size;
    unsigned from_version, to_version; // of the process: 0 is "as started"
    const char *id;       // digest of the patch's text
    const char *from, *to; // digests of the two programs it leads between
    const char *program;  // what it was constructed for, for people
    const char *build_id; // lower-case hex; "" without --binary
    const char *text_digest; // SHA-256 of .text where the binary has no build-id; else ""
    const struct polus_function *functions;
    const struct polus_variable *variables;
    const struct polus_use *uses;
    const struct polus_import *imports;
    const struct polus_layout *layouts;
    unsigned function_count, variable_count, use_count, import_count, layout_count, callback_count;
    const struct polus_callback *callbacks;
    const char *veto; // where polus_veto leaves its reason; null: no pre-update callback
    const struct polus_companion *companions;
    unsigned companion_count, extension_type_count;
    const struct polus_extension_type *const *extension_types; // all that new code uses records of
};
