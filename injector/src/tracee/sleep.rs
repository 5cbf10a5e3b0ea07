//! System calls that wait for something, and what they write when it comes: a thread in one of
//! them runs no code of its own, and touches no memory that anybody minds.

use crate::tracee::userfault::Pages;
use libc::user_regs_struct;

/// Kernel's results of calls that are made again after an interruption: ERESTARTSYS,
/// ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK.
const RESTARTS: [i64; 4] = [512, 513, 514, 516];
/// FUTEX_WAIT and FUTEX_WAIT_BITSET, and the bits that say what is waited on.
const FUTEX_WAITS: [u64; 2] = [0, 9];
const FUTEX_OPERATION: u64 = 0x7f;
/// Bytes of `struct pollfd`, `struct epoll_event`, a signal set, the largest socket address and its length.
const POLL_SIZE: u64 = 8;
const EVENT_SIZE: u64 = 12;
const ADDRESS_SIZE: u64 = 128;
const LENGTH_SIZE: u64 = 4;
/// Bytes of a time.
const TIME_SIZE: u64 = 16;

/// An address and a size in bytes.
type Place = (u64, u64);

/// A system call.
struct Call {
    number: i64,
    arguments: [u64; 6],
}

/// The thread was interrupted in a call that waits, and that it makes again when it goes on.
pub(super) fn goes_on(registers: &user_regs_struct, minded: &[Pages]) -> bool {
    RESTARTS.contains(&-(registers.rax as i64)) && is_sleep(registers, minded)
}

/// The call has ended because something interrupted it, and is not made again by itself.
pub(super) fn is_broken(registers: &user_regs_struct) -> bool {
    registers.rax as i64 == -i64::from(libc::EINTR)
}

/// The call waits, and writes to none of these pages.
pub(super) fn is_sleep(registers: &user_regs_struct, minded: &[Pages]) -> bool {
    let r = registers;
    let arguments = [r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9];
    spares(&Call { number: r.orig_rax as i64, arguments }, minded)
}

fn spares(call: &Call, minded: &[Pages]) -> bool {
    let touches = |(start, size): Place| {
        minded.iter().any(|pages| start < pages.end && pages.start < start.saturating_add(size))
    };
    written(call).is_some_and(|places| !places.into_iter().any(touches))
}

/// What a call that waits may write; `None` if it is another one.
fn written(call: &Call) -> Option<Vec<Place>> {
    let [first, second, third, fourth, fifth, sixth] = call.arguments;
    let polled = (first, second.saturating_mul(POLL_SIZE));
    Some(match call.number {
        libc::SYS_futex if FUTEX_WAITS.contains(&(second & FUTEX_OPERATION)) => Vec::new(),
        libc::SYS_pause => Vec::new(),
        // futex, nanosleep, clock_nanosleep or poll; which one it does not tell
        libc::SYS_restart_syscall => vec![polled, (second, TIME_SIZE), (fourth, TIME_SIZE)],
        libc::SYS_nanosleep => vec![(second, TIME_SIZE)],
        libc::SYS_clock_nanosleep => vec![(fourth, TIME_SIZE)],
        libc::SYS_read => vec![(second, third)],
        libc::SYS_recvfrom => vec![(second, third), (fifth, ADDRESS_SIZE), (sixth, LENGTH_SIZE)],
        libc::SYS_accept | libc::SYS_accept4 => vec![(second, ADDRESS_SIZE), (third, LENGTH_SIZE)],
        libc::SYS_poll => vec![polled],
        libc::SYS_ppoll => vec![polled, (third, TIME_SIZE)],
        libc::SYS_epoll_wait | libc::SYS_epoll_pwait | libc::SYS_epoll_pwait2 => {
            vec![(second, third.saturating_mul(EVENT_SIZE))]
        }
        libc::SYS_select | libc::SYS_pselect6 => {
            let size = first.div_ceil(64) * 8;
            vec![(second, size), (third, size), (fourth, size), (fifth, TIME_SIZE)]
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: i64, [first, second, third, fourth]: [u64; 4]) -> Call {
        Call { number, arguments: [first, second, third, fourth, 0, 0] }
    }

    #[test]
    fn a_read_into_what_is_minded_is_no_sleep() {
        let minded = [0x5000..0x6000, 0x9000..0xa000];
        assert!(spares(&call(libc::SYS_read, [0, 0x4000, 0x1000, 0]), &minded));
        assert!(!spares(&call(libc::SYS_read, [0, 0x4000, 0x1001, 0]), &minded));
        assert!(spares(&call(libc::SYS_read, [0, 0x6000, 0x1000, 0]), &minded));
        assert!(!spares(&call(libc::SYS_poll, [0x4ff8, 2, 0, 0]), &minded));
        assert!(!spares(&call(libc::SYS_select, [65, 0, 0, 0x4ff8]), &minded));
        assert!(spares(&call(libc::SYS_select, [64, 0, 0, 0x4ff8]), &minded));
    }

    #[test]
    fn what_waits_for_a_lock_sleeps_and_what_takes_one_in_the_kernel_does_not() {
        assert!(spares(&call(libc::SYS_futex, [0x5000, 0x80, 0, 0]), &[]));
        assert!(spares(&call(libc::SYS_futex, [0x5000, 0x189, 0, 0]), &[]));
        assert!(!spares(&call(libc::SYS_futex, [0x5000, 0x86, 0, 0]), &[]));
        assert!(!spares(&call(libc::SYS_write, [1, 0x5000, 1, 0]), &[]));
    }
}
