//! What /proc says about a process, and the lock that keeps two injectors apart.

use crate::error::{Fault, Result};
use crate::facts::memory::not_permitted;
use nix::fcntl::{Flock, FlockArg};
use nix::time::{ClockId, clock_gettime};
use nix::unistd::{SysconfVar, sysconf};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::linux::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a program that was killed may need to be gone.
const DYING_TIME: Duration = Duration::from_secs(2);

/// A process that may be updated.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its number.
    pub pid: i32,
    /// Its name in the kernel.
    pub name: String,
    /// Path of its executable, as the kernel tells it.
    pub exe: PathBuf,
    /// A system call filter is in force.
    pub seccomp: bool,
}

impl Process {
    /// `process 12 (server)`.
    pub fn describe(&self) -> String {
        format!("process {} ({})", self.pid, self.name)
    }
}

/// Looks at process `pid`; refuses what can have no update.
pub fn inspect(pid: i32) -> Result<Process> {
    let status = Status::read(pid)?;
    let name = status.text("Name").to_string();
    let process = format!("process {pid} ({name})");
    if status.number("Tgid") != i64::from(pid) {
        let leader = status.number("Tgid");
        return Err(Fault::environment(format!("{pid} is a thread of process {leader}"))
            .hint(format!("use -p {leader}")));
    }
    let view = view(pid);
    if view == pid && status.text("State").starts_with(['Z', 'X']) {
        return Err(Fault::refused(format!("{process} is a zombie: it has ended")));
    }
    let status = if view == pid { status } else { Status::read(view)? };
    if status.text("VmSize").is_empty() {
        return Err(Fault::refused(format!("{process} is a kernel thread")));
    }
    let exe = fs::read_link(format!("/proc/{view}/exe")).map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => not_permitted(pid).within("not permitted"),
        _ => Fault::environment(format!("{process}: cannot read its executable's path: {error}")),
    })?;
    Ok(Process { pid, name, exe, seccomp: status.number("Seccomp") > 0 })
}

/// The number under which /proc shows the process's memory and files: that of another thread
/// where the first one has ended.
pub fn view(pid: i32) -> i32 {
    let has_ended =
        |status: Option<Status>| status.is_none_or(|status| status.text("State").starts_with(['Z', 'X']));
    if !has_ended(Status::read(pid).ok()) {
        return pid;
    }
    let others = threads(pid).unwrap_or_default();
    others.into_iter().find(|tid| !has_ended(Status::of_thread(pid, *tid))).unwrap_or(pid)
}

/// Refuses a process that a debugger holds. A polus that was killed lets go within a moment.
pub fn check_untraced(pid: i32) -> Result<()> {
    let deadline = Instant::now() + DYING_TIME;
    let own = fs::read_link("/proc/self/exe").ok();
    for tid in threads(pid)? {
        loop {
            let tracer = Status::of_thread(pid, tid).map_or(0, |status| status.number("TracerPid"));
            if tracer == 0 {
                break;
            }
            let exe = fs::read_link(format!("/proc/{tracer}/exe")).ok();
            let may_be_dying = tracer != i64::from(std::process::id()) && (exe.is_none() || exe == own);
            if may_be_dying && Instant::now() < deadline {
                std::thread::sleep(DYING_TIME / 1000);
                continue;
            }
            let name = Status::read(tracer as i32).map(|status| status.text("Name").to_string());
            let name = name.unwrap_or_else(|_| "unknown".to_string());
            return Err(Fault::environment(format!(
                "process {pid}: thread {tid} is traced already, by process {tracer} ({name})"
            ))
            .hint("detach the other tracer first"));
        }
    }
    Ok(())
}

/// Who traces the process.
pub fn tracer(pid: i32) -> Option<i32> {
    let tracer = Status::of_thread(pid, pid)?.number("TracerPid");
    (tracer > 0).then_some(tracer as i32)
}

/// This program traces the thread.
pub fn is_traced_here(pid: i32, tid: i32) -> bool {
    let tracer = Status::of_thread(pid, tid).map(|status| status.number("TracerPid"));
    tracer == Some(i64::from(std::process::id()))
}

/// Numbers of the process's threads now.
pub fn threads(pid: i32) -> Result<Vec<i32>> {
    let path = format!("/proc/{pid}/task");
    let entries = fs::read_dir(&path).map_err(|_| missing(pid))?;
    Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// True where return addresses may not be changed: a thread has a shadow stack of them.
pub fn has_shadow_stack(pid: i32) -> Result<bool> {
    let statuses = threads(pid)?.into_iter().filter_map(|tid| Status::of_thread(pid, tid));
    Ok(statuses.into_iter().any(|status| status.has_shadow_stack()))
}

/// Number of threads the kernel counts, and whether the leader has ended.
pub fn thread_count(pid: i32) -> Result<(usize, bool)> {
    let status = Status::read(pid)?;
    Ok((status.number("Threads").max(0) as usize, status.text("State").starts_with('Z')))
}

/// Whether `tid` is the first thread of its process.
pub fn is_leader(tid: i32) -> bool {
    Status::of_thread(tid, tid).is_some_and(|status| status.number("Tgid") == i64::from(tid))
}

/// Whether `tid` is a thread of process `pid`.
pub fn is_thread_of(tid: i32, pid: i32) -> bool {
    Path::new(&format!("/proc/{pid}/task/{tid}")).exists()
}

/// Whether the process numbers its threads as this program does.
pub fn numbers_alike(pid: i32) -> bool {
    Status::of_thread(pid, pid).is_some_and(|status| status.text("NSpid").split_whitespace().count() == 1)
}

/// The number here of the thread that `pid`'s own namespace calls `inner`.
pub fn outer_tid(pid: i32, inner: i32) -> i32 {
    if is_thread_of(inner, pid) && inner_tid(pid, inner) == inner {
        return inner;
    }
    let all = threads(pid).unwrap_or_default();
    all.into_iter().find(|tid| inner_tid(pid, *tid) == inner).unwrap_or(inner)
}

fn inner_tid(pid: i32, tid: i32) -> i32 {
    let status = Status::of_thread(pid, tid);
    let last = status.and_then(|status| status.text("NSpid").split_whitespace().last()?.parse().ok());
    last.unwrap_or(tid)
}

/// Processes whose executable is the file at `exe`.
pub fn running(exe: &Path) -> Result<Vec<i32>> {
    let wanted = fs::metadata(exe)
        .map_err(|error| Fault::environment(format!("cannot read {}: {error}", exe.display())))?;
    let wanted = Some((wanted.st_dev(), wanted.st_ino()));
    Ok(all_processes()?.into_iter().filter(|pid| executed(*pid) == wanted).collect())
}

/// Device and inode of the file that the process executes; not its path: elsewhere that may
/// name another file, and another path this one.
pub fn executed(pid: i32) -> Option<(u64, u64)> {
    let found = fs::metadata(format!("/proc/{}/exe", view(pid))).ok()?;
    Some((found.st_dev(), found.st_ino()))
}

/// `roots` and all their descendants.
pub fn descendants(roots: &[i32]) -> Result<Vec<i32>> {
    let parents: Vec<(i32, i32)> = all_processes()?
        .into_iter()
        .filter_map(|pid| Some((pid, Status::read(pid).ok()?.number("PPid") as i32)))
        .collect();
    let mut found = roots.to_vec();
    let mut next = 0;
    while next < found.len() {
        let parent = found[next];
        let children = parents.iter().filter(|(pid, of)| *of == parent && !found.contains(pid));
        let children: Vec<i32> = children.map(|(pid, _)| *pid).collect();
        found.extend(children);
        next += 1;
    }
    Ok(found)
}

/// Clock ticks since the machine started, as the kernel notes the start of processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

/// Now.
pub fn now() -> Moment {
    let ticks = sysconf(SysconfVar::CLK_TCK).ok().flatten().unwrap_or(100) as u64;
    let since_boot = clock_gettime(ClockId::CLOCK_BOOTTIME).map_or(Duration::ZERO, Duration::from);
    Moment((since_boot.as_millis() as u64).saturating_mul(ticks) / 1000)
}

/// Whether `pid` began at `moment` or later.
pub fn is_younger(pid: i32, moment: Moment) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    // behind the name, which may hold anything: field 3 is the state, field 22 the start
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let start = fields.split_whitespace().nth(19).and_then(|field| field.parse().ok());
    start.is_some_and(|start| Moment(start) >= moment)
}

fn all_processes() -> Result<Vec<i32>> {
    let entries = fs::read_dir("/proc");
    let entries = entries.map_err(|error| Fault::environment(format!("cannot read /proc: {error}")))?;
    let mut pids: Vec<i32> =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    pids.sort_unstable();
    Ok(pids)
}

/// Held while an injector changes a process; the kernel drops it with its holder.
pub struct Lock {
    _lock: Flock<File>,
}

/// Takes the process for this injector; `None` if another one has it.
pub fn lock(pid: i32) -> Result<Option<Lock>> {
    let folder = File::open(format!("/proc/{pid}")).map_err(|_| missing(pid))?;
    match Flock::lock(folder, FlockArg::LockExclusiveNonblock) {
        Ok(lock) => Ok(Some(Lock { _lock: lock })),
        Err(_) => Ok(None),
    }
}

/// The process that has taken `pid`.
pub fn lock_holder(pid: i32) -> Option<i32> {
    let inode = fs::metadata(format!("/proc/{pid}")).ok()?.st_ino();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let of_process = |line: &&str| {
        let file = line.split_whitespace().nth(5).and_then(|place| place.rsplit(':').next());
        line.contains(" FLOCK ") && file.is_some_and(|found| found == inode.to_string())
    };
    let line = locks.lines().find(of_process)?;
    line.split_whitespace().nth(4)?.parse().ok()
}

/// A process and its parent run the same program.
pub fn has_parent_of_its_kind(pid: i32) -> bool {
    let exe = |pid: i32| fs::read_link(format!("/proc/{pid}/exe")).ok();
    let parent = Status::read(pid).map(|status| status.number("PPid") as i32);
    parent.is_ok_and(|parent| exe(parent).is_some() && exe(parent) == exe(pid))
}

/// The fault of a process that is not there.
pub fn missing(pid: i32) -> Fault {
    Fault::environment(format!("there is no process {pid}"))
}

/// Lines of a `status` file.
struct Status {
    text: String,
}

impl Status {
    fn read(pid: i32) -> Result<Status> {
        let text = fs::read_to_string(format!("/proc/{pid}/status")).map_err(|_| missing(pid))?;
        Ok(Status { text })
    }

    fn of_thread(pid: i32, tid: i32) -> Option<Status> {
        Some(Status { text: fs::read_to_string(format!("/proc/{pid}/task/{tid}/status")).ok()? })
    }

    fn has_shadow_stack(&self) -> bool {
        self.text("x86_Thread_features").split_whitespace().any(|feature| feature == "shstk")
    }

    fn text(&self, key: &str) -> &str {
        let value = |line: &'_ str| -> Option<usize> {
            line.strip_prefix(key).and_then(|rest| rest.strip_prefix(':')).map(|rest| line.len() - rest.len())
        };
        self.text.lines().find_map(|line| value(line).map(|start| line[start..].trim())).unwrap_or("")
    }

    fn number(&self, key: &str) -> i64 {
        self.text(key).split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shadow_stacks_are_seen() {
        let status = |line: &str| Status { text: format!("Name:\tx\n{line}\nTgid:\t1\n") };
        assert!(status("x86_Thread_features:\tshstk wrss ").has_shadow_stack());
        assert!(!status("x86_Thread_features:\t").has_shadow_stack());
        assert!(!status("x86_Thread_features_locked:\tshstk wrss ").has_shadow_stack());
    }
}
