//! System calls that wait for something, and what they write when it comes: a thread in one of
//! them runs no code of its own, and touches no memory that anybody minds.

use crate::tracee::userfault::Pages;
use libc::user_regs_struct as Call;

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

/// The thread was interrupted in a call that waits, and that it makes again when it goes on.
pub(super) fn goes_on(call: &Call, minded: &[Pages]) -> bool {
    RESTARTS.contains(&-(call.rax as i64)) && is_sleep(call, minded)
}

/// The call waits, and writes to none of these pages.
pub(super) fn is_sleep(call: &Call, minded: &[Pages]) -> bool {
    let touches = |(start, size): Place| {
        minded.iter().any(|pages| start < pages.end && pages.start < start.saturating_add(size))
    };
    written(call).is_some_and(|places| !places.into_iter().any(touches))
}

/// What a call that waits may write; `None` if it is another one.
fn written(call: &Call) -> Option<Vec<Place>> {
    let sets = |times: Place| {
        let size = call.rdi.div_ceil(64) * 8;
        vec![(call.rsi, size), (call.rdx, size), (call.r10, size), times]
    };
    match call.orig_rax as i64 {
        libc::SYS_futex if FUTEX_WAITS.contains(&(call.rsi & FUTEX_OPERATION)) => Some(Vec::new()),
        libc::SYS_pause => Some(Vec::new()),
        // futex, nanosleep, clock_nanosleep or poll; which one it does not tell
        libc::SYS_restart_syscall => Some(vec![
            (call.rdi, call.rsi.saturating_mul(POLL_SIZE)),
            (call.rsi, TIME_SIZE),
            (call.r10, TIME_SIZE),
        ]),
        libc::SYS_nanosleep => Some(vec![(call.rsi, TIME_SIZE)]),
        libc::SYS_clock_nanosleep => Some(vec![(call.r10, TIME_SIZE)]),
        libc::SYS_read => Some(vec![(call.rsi, call.rdx)]),
        libc::SYS_recvfrom => {
            Some(vec![(call.rsi, call.rdx), (call.r8, ADDRESS_SIZE), (call.r9, LENGTH_SIZE)])
        }
        libc::SYS_accept | libc::SYS_accept4 => Some(vec![(call.rsi, ADDRESS_SIZE), (call.rdx, LENGTH_SIZE)]),
        libc::SYS_poll => Some(vec![(call.rdi, call.rsi.saturating_mul(POLL_SIZE))]),
        libc::SYS_ppoll => Some(vec![(call.rdi, call.rsi.saturating_mul(POLL_SIZE)), (call.rdx, TIME_SIZE)]),
        libc::SYS_epoll_wait | libc::SYS_epoll_pwait | libc::SYS_epoll_pwait2 => {
            Some(vec![(call.rsi, call.rdx.saturating_mul(EVENT_SIZE))])
        }
        libc::SYS_select | libc::SYS_pselect6 => Some(sets((call.r8, TIME_SIZE))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: i64, arguments: [u64; 4]) -> Call {
        // SAFETY: all of it are numbers, for which zero is a value.
        let mut call: Call = unsafe { std::mem::zeroed() };
        call.orig_rax = number as u64;
        call.rax = (-512_i64) as u64;
        [call.rdi, call.rsi, call.rdx, call.r10] = arguments;
        call
    }

    #[test]
    fn a_read_into_what_is_minded_is_no_sleep() {
        let minded = [0x5000..0x6000, 0x9000..0xa000];
        assert!(is_sleep(&call(libc::SYS_read, [0, 0x4000, 0x1000, 0]), &minded));
        assert!(!is_sleep(&call(libc::SYS_read, [0, 0x4000, 0x1001, 0]), &minded));
        assert!(is_sleep(&call(libc::SYS_read, [0, 0x6000, 0x1000, 0]), &minded));
        assert!(!is_sleep(&call(libc::SYS_poll, [0x4ff8, 2, 0, 0]), &minded));
        assert!(!is_sleep(&call(libc::SYS_select, [65, 0, 0, 0x4ff8]), &minded));
        assert!(is_sleep(&call(libc::SYS_select, [64, 0, 0, 0x4ff8]), &minded));
    }

    #[test]
    fn what_waits_for_a_lock_sleeps_and_what_takes_one_in_the_kernel_does_not() {
        assert!(is_sleep(&call(libc::SYS_futex, [0x5000, 0x80, 0, 0]), &[]));
        assert!(is_sleep(&call(libc::SYS_futex, [0x5000, 0x189, 0, 0]), &[]));
        assert!(!is_sleep(&call(libc::SYS_futex, [0x5000, 0x86, 0, 0]), &[]));
        assert!(!is_sleep(&call(libc::SYS_write, [1, 0x5000, 1, 0]), &[]));
    }

    #[test]
    fn a_call_that_has_ended_does_not_go_on() {
        let mut ended = call(libc::SYS_pause, [0; 4]);
        assert!(goes_on(&ended, &[]));
        ended.rax = 0;
        assert!(!goes_on(&ended, &[]));
    }
}
