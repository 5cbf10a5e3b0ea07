//! The background process that keeps old and new code coherent after `polus` has
//! returned: later commands for its processes are passed to it.

use crate::apply::Session;
use crate::apply::callbacks::Moments;
use crate::apply::interrupt::forget_interruption;
use crate::apply::track::Tracker;
use crate::apply::track::supervise::{self, Supervised};
use crate::error::{Fault, Result};
use crate::facts::process;
use crate::tracee::passing;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::sockopt::PeerCredentials;
use nix::sys::socket::{
    self, AddressFamily, Backlog, SockFlag, SockType, UnixAddr, accept4, bind, connect, getsockopt, socket,
};
use nix::unistd::{dup2_stderr, dup2_stdout, geteuid, read, write};
use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

/// Longest command line that can be passed on, bytes.
const REQUEST_MAX: usize = 1 << 16;
/// A keeper looks at least this often whether its work is done.
const ROUND: Duration = Duration::from_secs(3600);

/// How long a polus whose command was killed may go on; it is not waited for longer.
const ORPHAN_TIME: Duration = Duration::from_secs(60);
/// Says that a command was taken; none ends with it.
const TAKEN: u8 = 0xff;

/// Where commands for a process come in.
type Listeners = Vec<(i32, OwnedFd)>;

/// A process whose update has not terminated.
pub struct Resident {
    /// The process; its lock is held.
    pub session: Session,
    /// What keeps it coherent; `None` when that is over.
    pub tracker: Option<Tracker>,
    /// What is still to be called.
    pub moments: Moments,
    /// Processes that it forked meanwhile.
    pub born: Vec<i32>,
}

impl Resident {
    /// For waiting until its update has terminated.
    pub fn supervised(&mut self) -> Supervised<'_> {
        Supervised {
            session: &self.session,
            tracker: &mut self.tracker,
            moments: &mut self.moments,
            born: &mut self.born,
        }
    }
}

/// Where the keeper of process `pid` can be spoken to: a name that no file has, so
/// that neither folders nor their rights matter.
fn address(pid: i32) -> Result<UnixAddr> {
    UnixAddr::new_abstract(format!("polus-keeper-{pid}").as_bytes()).map_err(|errno| cannot("name it", errno))
}

fn cannot(what: &str, errno: nix::errno::Errno) -> Fault {
    Fault::environment(format!("the process in the background: cannot {what}: {}", errno.desc()))
}

fn new_socket() -> Result<OwnedFd> {
    let flags = SockFlag::SOCK_CLOEXEC;
    socket(AddressFamily::Unix, SockType::SeqPacket, flags, None).map_err(|errno| cannot("reach it", errno))
}

/// From now on commands for these processes wait until they are answered.
pub fn listen(residents: &[Resident]) -> Listeners {
    let mut listeners = Listeners::new();
    renew(&mut listeners, residents);
    listeners
}

/// Keeps the processes coherent until all updates have terminated. `run` runs the command
/// lines that are passed on.
pub fn stay(
    residents: &mut Vec<Resident>,
    mut listeners: Listeners,
    run: &mut dyn FnMut(Vec<OsString>, &mut Vec<Resident>) -> u8,
) {
    while !residents.is_empty() {
        forget_interruption();
        renew(&mut listeners, residents);
        let wake: Vec<_> = listeners.iter().map(|(_, listener)| listener.as_fd()).collect();
        for Resident { session, tracker, .. } in residents.iter_mut() {
            // takes names off a list, which cannot fail
            let _ = tracker.as_mut().map(|tracker| tracker.tolerate(session, false));
        }
        let mut processes: Vec<Supervised<'_>> = residents.iter_mut().map(Resident::supervised).collect();
        let kept = supervise::until_left(&mut processes, Instant::now() + ROUND, &wake, &mut |_| ());
        if kept.is_err() {
            // those that fail are gone, or can be traced no more; the others go on
            residents.retain(|resident| resident.session.end().is_none());
        }
        residents.retain(|resident| resident.tracker.is_some());
        for (_, listener) in &listeners {
            answer(listener, residents, run);
        }
    }
}

/// One listener for each resident.
fn renew(listeners: &mut Listeners, residents: &[Resident]) {
    listeners.retain(|(pid, _)| residents.iter().any(|resident| resident.session.pid() == *pid));
    for resident in residents {
        let pid = resident.session.pid();
        if !listeners.iter().any(|(known, _)| *known == pid) {
            // without it the keeper works, but cannot be spoken to
            listeners.extend(listen_for(pid).ok().map(|listener| (pid, listener)));
        }
    }
}

fn listen_for(pid: i32) -> Result<OwnedFd> {
    let listener = new_socket()?;
    bind(listener.as_raw_fd(), &address(pid)?).map_err(|errno| cannot("bind its name", errno))?;
    let backlog = Backlog::new(4).map_err(|errno| cannot("listen", errno))?;
    socket::listen(&listener, backlog).map_err(|errno| cannot("listen", errno))?;
    Ok(listener)
}

/// Runs the command of whoever has called, with their standard output and error.
fn answer(
    listener: &OwnedFd,
    residents: &mut Vec<Resident>,
    run: &mut dyn FnMut(Vec<OsString>, &mut Vec<Resident>) -> u8,
) {
    let mut ready = [PollFd::new(listener.as_fd(), PollFlags::POLLIN)];
    if !poll(&mut ready, PollTimeout::ZERO).is_ok_and(|count| count > 0) {
        return;
    }
    let Ok(client) = accept4(listener.as_raw_fd(), SockFlag::SOCK_CLOEXEC) else { return };
    let client = passing::owned(client);
    let trusted = getsockopt(&client, PeerCredentials)
        .is_ok_and(|peer| peer.uid() == 0 || peer.uid() == geteuid().as_raw());
    let Some((arguments, out, err)) = receive(&client).filter(|_| trusted) else { return };
    // a client that has gone away gets no answer
    let _ = write(&client, &[TAKEN]);
    let _ = dup2_stdout(&out).and_then(|()| dup2_stderr(&err));
    drop((out, err));
    let status = run(arguments, residents);
    if let Ok(null) = OpenOptions::new().write(true).open("/dev/null") {
        let _ = dup2_stdout(&null).and_then(|()| dup2_stderr(&null));
    }
    let _ = write(&client, &[status]);
}

fn receive(client: &OwnedFd) -> Option<(Vec<OsString>, OwnedFd, OwnedFd)> {
    let mut bytes = vec![0; REQUEST_MAX];
    let (length, mut fds) = passing::receive(client, &mut bytes).ok()?;
    let (err, out) = (fds.pop()?, fds.pop()?);
    let mut words =
        bytes[..length].split(|byte| *byte == 0).map(|word| OsStr::from_bytes(word).to_os_string());
    std::env::set_current_dir(words.next()?).ok()?;
    Some((words.collect(), out, err))
}

/// Waits for a polus that goes on without whoever has started it, until it has come to its end or
/// keeps the process coherent in the background.
pub fn await_orphan(pid: i32) {
    let deadline = Instant::now() + ORPHAN_TIME;
    let is_at_work = || {
        let holder = process::lock_holder(pid);
        holder.is_some_and(|holder| !process::has_parent_of_its_kind(holder)) && !is_kept(pid)
    };
    while Instant::now() < deadline && is_at_work() {
        std::thread::sleep(ORPHAN_TIME / 10_000);
    }
}

/// Passes this command line to the keeper of one of `pids`; `None` if none has one.
pub fn pass_on(pids: &[i32]) -> Result<Option<u8>> {
    let kept: Vec<(i32, i32)> = pids.iter().filter_map(|pid| Some((*pid, process::tracer(*pid)?))).collect();
    let Some((first, tracer)) = kept.first() else { return Ok(None) };
    let Some(keeper) = call(*first, *tracer)? else { return Ok(None) };
    if let Some((other, _)) = kept.iter().find(|(_, other)| other != tracer) {
        return Err(Fault::refused(format!(
            "process {first} and process {other} are kept coherent by two processes in the background"
        ))
        .hint("name the processes of one at a time: -p PID"));
    }
    super::background::serve_as(*tracer)?;
    let folder = std::env::current_dir().unwrap_or_default();
    let words = std::iter::once(folder.into_os_string()).chain(std::env::args_os());
    let request = words.map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>().join(&0);
    let (out, err) = (std::io::stdout().as_raw_fd(), std::io::stderr().as_raw_fd());
    let fds = [out, err];
    let sent = passing::send(&keeper, &request, &fds, false);
    // it may end just now, because its work is done
    if sent.is_err() || answer_of(&keeper) != Some(TAKEN) {
        return Ok(None);
    }
    answer_of(&keeper).map(Some).ok_or_else(|| {
        Fault::environment(format!(
            "process {first}: the polus in the background (process {tracer}) has ended"
        ))
        .hint("try again")
    })
}

/// What the keeper says next; `None` if it has ended.
fn answer_of(keeper: &OwnedFd) -> Option<u8> {
    let mut status = [0];
    loop {
        match read(keeper, &mut status) {
            Ok(1) => return Some(status[0]),
            Err(nix::errno::Errno::EINTR) => {}
            _ => return None,
        }
    }
}

/// Somebody in the background keeps process `pid` coherent.
pub fn is_kept(pid: i32) -> bool {
    process::tracer(pid).is_some_and(|tracer| call(pid, tracer).is_ok_and(|keeper| keeper.is_some()))
}

/// The keeper, if the tracer of `pid` is one.
fn call(pid: i32, tracer: i32) -> Result<Option<OwnedFd>> {
    let keeper = new_socket()?;
    if connect(keeper.as_raw_fd(), &address(pid)?).is_err() {
        return Ok(None);
    }
    let is_tracer = getsockopt(&keeper, PeerCredentials).is_ok_and(|peer| peer.pid() == tracer);
    Ok(is_tracer.then_some(keeper))
}
