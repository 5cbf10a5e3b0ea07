//! The stage that changes a process: load, commit, journal, repair, rollback.

pub mod block;
pub mod callbacks;
pub mod commit;
mod copies;
pub mod doors;
pub mod failure;
pub mod heap;
pub mod inflight;
mod initial;
pub mod interrupt;
pub mod journal;
pub mod leaving;
pub mod load;
pub mod object;
pub mod parked;
pub mod repair;
pub mod runtime;
pub mod session;
pub mod track;
pub mod victim;

pub use session::Session;
