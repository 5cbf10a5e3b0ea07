//! Whether a control group keeps threads from running (the freezer of version 1; that of version 2
//! lets a tracer work). A thread that slept is frozen where it sleeps, so that only its group tells.

use crate::error::{Fault, Result};
use crate::facts::process;
use std::fs;
use std::path::PathBuf;

/// Refuses a process that is kept frozen: none of its threads can be stopped.
pub fn check_thawed(pid: i32) -> Result<()> {
    if !process::threads(pid)?.into_iter().any(is_frozen) {
        return Ok(());
    }
    Err(Fault::environment(format!("process {pid} is frozen by its control group"))
        .hint("thaw it first: echo THAWED to its freezer.state"))
}

/// The thread is frozen, or is to be as soon as it runs.
pub fn is_frozen(tid: i32) -> bool {
    let state = state_file(tid).and_then(|path| fs::read_to_string(path).ok());
    state.is_some_and(|state| state.trim() != "THAWED")
}

/// The file that tells the state of the thread's group and of those above.
fn state_file(tid: i32) -> Option<PathBuf> {
    let groups = fs::read_to_string(format!("/proc/{tid}/cgroup")).ok()?;
    let group = groups.lines().find_map(group_of_freezer)?;
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    let mount = mounts.lines().find_map(mount_of_freezer)?;
    Some(PathBuf::from(format!("{mount}{group}/freezer.state")))
}

/// From a line like `7:freezer:/group`.
fn group_of_freezer(line: &str) -> Option<&str> {
    let mut parts = line.splitn(3, ':').skip(1);
    let is_freezer = parts.next()?.split(',').any(|controller| controller == "freezer");
    parts.next().filter(|_| is_freezer)
}

/// From a line like `cgroup /sys/fs/cgroup/freezer cgroup rw,freezer 0 0`.
fn mount_of_freezer(line: &str) -> Option<&str> {
    let words: Vec<&str> = line.split(' ').collect();
    let [_, place, "cgroup", options, ..] = words[..] else { return None };
    options.split(',').any(|option| option == "freezer").then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_freezer_counts() {
        assert_eq!(group_of_freezer("7:cpu,freezer:/a:b"), Some("/a:b"));
        assert_eq!(group_of_freezer("3:cpu,cpuacct:/a"), None);
        assert_eq!(group_of_freezer("0::/a"), None);
        assert_eq!(
            mount_of_freezer("cgroup /sys/fs/cgroup/freezer cgroup rw,freezer 0 0"),
            Some("/sys/fs/cgroup/freezer")
        );
        assert_eq!(mount_of_freezer("none /sys/fs/cgroup cgroup2 rw 0 0"), None);
    }
}
