// Doors: how it becomes known that a thread leaves an old function, with the
// injector alive or not (paper 5.3). The return address of an activation leads to
// a stub, which marks the door's record and goes on to the true return address.
// Stub number i belongs to record number i. The injector plants doors and takes
// them away while threads are stopped; see src/doors.S for how unwinders pass.
// Change a struct or a number only together with POLUS_REGISTRY_ABI and src/abi.rs.
#define POLUS_DOOR_COUNT 1024
// Bytes of a stub and of a record, and the alignment of stubs.
#define POLUS_DOOR_SIZE 32
// Where a stub is entered: to mark only, or to run callbacks as well. Not at 0, so
// that an unwinder which looks at the byte before finds the same stub.
#define POLUS_DOOR_MARKS 1
#define POLUS_DOOR_CALLS 17

// polus_door_state
#define POLUS_DOOR_FREE 0
#define POLUS_DOOR_PLANTED 1
#define POLUS_DOOR_LEFT 2 // a thread went through
#define POLUS_DOOR_LOST 3 // the activation ended in another way: used again after all free ones

// Offsets in struct polus_door, for the stubs.
#define POLUS_DOOR_BACK 8
#define POLUS_DOOR_STATE 28

#ifndef __ASSEMBLER__

// Those inside an old function whose callbacks a door is to run. Null: no callback.
struct polus_leaving {
    void (*thread_left)(void);
    void (*function_left)(void); // when `threads` reaches zero
    int *(*errno_location)(void);
    unsigned threads, function; // index into the patch's functions
};

struct polus_door {
    unsigned long long slot;       // where the return address lies
    unsigned long long back;       // the true return address
    struct polus_leaving *leaving; // or null
    unsigned thread;               // whose stack the slot was found on
    unsigned state;
};

// The stubs; only their addresses matter.
extern const unsigned char polus_doors[POLUS_DOOR_COUNT][POLUS_DOOR_SIZE];
extern struct polus_door polus_door_records[POLUS_DOOR_COUNT];

#endif
