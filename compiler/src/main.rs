//! `polusc`: command line in, exit status out.

use polusc::run;

fn main() -> std::process::ExitCode {
    run::main()
}
