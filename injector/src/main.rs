//! `polus`: applies patches to live processes and takes them back.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(polus::command::run(std::env::args_os()))
}
