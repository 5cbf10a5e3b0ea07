// The stubs of the doors, and the way to callbacks. To an unwinder a stub is a
// frame of its own between the function that returns and its caller:
// - its CFA is the stack pointer, and it has saved nothing;
// - it has the return address out of its record less one, and counts as a signal
//   frame: then the caller is looked up at exactly that address, inside its call
//   instruction as for any other call, and is told apart from the stub, which has
//   the same stack pointer, by whoever looks for the handler of an exception;
// - its record is found through the displacement in its own jump, so that nothing
//   here depends on where a linker puts code and data.
#include <polus/doors.h>

// Of the marking entry: 10 bytes of movl, 2 bytes before the jump's displacement.
#define DISPLACEMENT (POLUS_DOOR_MARKS + 10 + 2)

    .section .bss.polus_door_records, "aw", @nobits
    .balign 64
    .globl polus_door_records
    .type polus_door_records, @object
    .size polus_door_records, POLUS_DOOR_COUNT * POLUS_DOOR_SIZE
polus_door_records:
.Lrecords:
    .zero POLUS_DOOR_COUNT * POLUS_DOOR_SIZE

    .section .text.polus_doors, "ax", @progbits
    .balign 64
    .globl polus_doors
    .type polus_doors, @function
    .size polus_doors, POLUS_DOOR_COUNT * POLUS_DOOR_SIZE
polus_doors:
.Lstubs:
    .cfi_startproc simple
    .cfi_signal_frame
    .cfi_def_cfa rsp, 0
    .cfi_same_value rbx
    .cfi_same_value rbp
    .cfi_same_value r12
    .cfi_same_value r13
    .cfi_same_value r14
    .cfi_same_value r15
    // DW_CFA_val_expression of register 16, 22 bytes:
    // breg16 0, const1s -SIZE, and, dup, plus_uconst DISPLACEMENT, deref,
    .cfi_escape 0x16, 16, 22, 0x80, 0, 0x09, 256 - POLUS_DOOR_SIZE, 0x1a, 0x12, 0x23, DISPLACEMENT, 0x06
    // const1u 32, shl, const1u 32, shra, plus, plus_uconst DISPLACEMENT + 4, deref,
    .cfi_escape 0x08, 32, 0x24, 0x08, 32, 0x26, 0x22, 0x23, DISPLACEMENT + 4, 0x06
    // const1u 1, minus
    .cfi_escape 0x08, 1, 0x1c
    .set .Ldoor, 0
    .rept POLUS_DOOR_COUNT
    nop
    movl $POLUS_DOOR_LEFT, .Lrecords + POLUS_DOOR_SIZE * .Ldoor + POLUS_DOOR_STATE(%rip)
    jmp *.Lrecords + POLUS_DOOR_SIZE * .Ldoor + POLUS_DOOR_BACK(%rip)
    call polus_door_calls
    .balign POLUS_DOOR_SIZE, 0x90
    .set .Ldoor, .Ldoor + 1
    .endr
    .cfi_endproc

// Called by a stub with the caller's registers, all of which count: its own return
// address names the stub, lies where the returning function's did, and is made the
// true one before this returns.
    .section .text.polus_door_calls, "ax", @progbits
    .type polus_door_calls, @function
polus_door_calls:
    .cfi_startproc
    pushfq
    .cfi_adjust_cfa_offset 8
    push %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    mov %rsp, %rbp
    .cfi_def_cfa_register rbp
    push %rax
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    push %r8
    push %r9
    push %r10
    push %r11
    sub $16, %rsp
    and $-64, %rsp
    cld
    call polus_vector_state
    mov %rdx, -80(%rbp)
    sub %rax, %rsp
    and $-64, %rsp
    test %edx, %edx
    jz 1f
    xor %eax, %eax
    .irp word, 512, 520, 528, 536, 544, 552, 560, 568
    mov %rax, \word(%rsp)
    .endr
    mov %edx, %eax
    xor %edx, %edx
    xsave64 (%rsp)
    jmp 2f
1:  fxsave64 (%rsp)
2:  mov 16(%rbp), %rdi
    and $-POLUS_DOOR_SIZE, %rdi
    lea .Lstubs(%rip), %rax
    sub %rax, %rdi
    lea .Lrecords(%rip), %rax
    add %rax, %rdi
    mov %rdi, -88(%rbp)
    call polus_left
    mov -88(%rbp), %rdi
    mov POLUS_DOOR_BACK(%rdi), %rax
    // in this order: as long as a stack leads through the stub, the record is its own
    movl $POLUS_DOOR_LEFT, POLUS_DOOR_STATE(%rdi)
    mov %rax, 16(%rbp)
    mov -80(%rbp), %rax
    xor %edx, %edx
    test %eax, %eax
    jz 3f
    xrstor64 (%rsp)
    jmp 4f
3:  fxrstor64 (%rsp)
4:  lea -72(%rbp), %rsp
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rax
    pop %rbp
    .cfi_def_cfa rsp, 16
    .cfi_same_value rbp
    popfq
    .cfi_adjust_cfa_offset -8
    ret
    .cfi_endproc
    .size polus_door_calls, . - polus_door_calls

    .section .note.GNU-stack, "", @progbits
