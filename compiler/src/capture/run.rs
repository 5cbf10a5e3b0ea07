//! Runs the compiler so that nobody notices who runs it.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitCode, ExitStatus};

/// Becomes the compiler; returns only where it cannot be run.
pub fn replace(compiler: &OsStr, arguments: &[OsString]) -> ExitCode {
    let error = Command::new(compiler).args(arguments).exec();
    not_found(compiler, &error)
}

/// Starts the compiler with our files, environment and folder.
pub fn spawn(compiler: &OsStr, arguments: &[OsString]) -> io::Result<Child> {
    let mut command = Command::new(compiler);
    command.args(arguments);
    // SAFETY: prctl is a plain system call, which may be made between fork and exec; it
    // touches no memory.
    unsafe {
        command.pre_exec(|| {
            // Whoever ends us, as make does when it is interrupted, means the compiler.
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM);
            Ok(())
        });
    }
    command.spawn()
}

/// Waits until the compiler has ended.
pub fn wait(mut child: Child) -> ExitStatus {
    // Waiting for our own child fails only where it was never started.
    child.wait().unwrap_or(ExitStatus::from_raw(127 << 8))
}

/// Ends as the compiler ended: with its status, or by its signal.
pub fn end(status: ExitStatus) -> ExitCode {
    if let Some(signal) = status.signal() {
        // SAFETY: both calls take a signal's number only; the default action is what
        // this process is to suffer.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        }
    }
    ExitCode::from(status.code().unwrap_or(1) as u8)
}

/// Says that there is no such compiler; the status is the shell's.
pub fn not_found(compiler: &OsStr, error: &io::Error) -> ExitCode {
    eprintln!("polus-cc: {}: {error}", compiler.display());
    ExitCode::from(if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 })
}
