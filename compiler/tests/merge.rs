//! Merged programs behave as the separately compiled ones.
//!
//! `testdata/merge/NAME/`: the units `*.c`, headers, `flags` for the compiler, `renamed.txt` with the names
//! that must be new, or `error.txt` with the refusal. Further programs come from csmith;
//! `POLUS_MERGE_SEEDS=100` tries more of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use polusc::construct;
use polusc::diag::{Diagnostic, Failure};
use polusc::merge::{MergedUnit, emit, merge};
use polusc::source::{Tree, Unit};

/// How long a test program may run; csmith's may run for ever.
const DEADLINE: Duration = Duration::from_secs(4);

/// Where distributions put csmith's headers.
const CSMITH_HEADERS: &str = "/usr/include/csmith";

fn main() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/merge");
    let mut trials = vec![];
    for entry in std::fs::read_dir(&cases).expect("testdata/merge can be read") {
        let path = entry.expect("testdata/merge can be read").path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        trials.push(Trial::test(name, move || case(&path)));
    }
    for seed in 1..=seeds() {
        trials.push(Trial::test(format!("csmith-{seed}"), move || csmith(seed)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// How many of csmith's programs are tried; their headers must be there.
fn seeds() -> u64 {
    let headers = Path::new(CSMITH_HEADERS).join("csmith.h");
    assert!(headers.exists(), "{} is missing: run scripts/install-deps", headers.display());
    std::env::var("POLUS_MERGE_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(4)
}

fn case(folder: &Path) -> Result<(), Failed> {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let flags = read("flags").unwrap_or_default();
    let flags: Vec<&str> = flags.split_whitespace().collect();
    let sources = sources(folder);
    let out = tempfile::tempdir()?;
    let merged = match construct::read(&tree(folder, &sources, &flags)?) {
        Ok((program, _)) => program.unit,
        Err(failure) => return expect(read("error.txt"), &refusal(failure)?),
    };
    if read("error.txt").is_some() {
        return Err("must be refused".into());
    }
    if let Some(renamed) = read("renamed.txt") {
        expect(Some(renamed), &merged.renamed.iter().map(|r| format!("{}\n", r.merged)).collect::<String>())?;
    }
    let ended = same_behaviour(folder, &sources, &flags, &merged, out.path())?;
    if ended { Ok(()) } else { Err("the program does not end".into()) }
}

/// The units of a case, below its folder, in order.
fn sources(folder: &Path) -> Vec<String> {
    let mut sources = vec![];
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a case can be read") {
            let path = entry.expect("a case can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "c") {
                let below = path.strip_prefix(folder).expect("it is below");
                sources.push(below.to_string_lossy().into_owned());
            }
        }
    }
    sources.sort();
    sources
}

fn tree(folder: &Path, sources: &[String], flags: &[&str]) -> Result<Tree, Failed> {
    let unit = |source: &String| -> Result<Unit, Failed> {
        let text = run(Command::new("gcc").current_dir(folder).args(flags).args(["-E", source]))?;
        let (directory, compiler) = (folder.to_path_buf(), "gcc".to_string());
        Ok(Unit { path: source.clone(), directory, text, compiler, flags: vec![], preprocessor: vec![] })
    };
    let units: Result<Vec<Unit>, Failed> = sources.iter().map(unit).collect();
    Ok(Tree { root: folder.to_path_buf(), units: units? })
}

/// Builds the program of the units and that of the merged text, optimised and not; both must print the same.
/// `false`: that of the units does not end.
fn same_behaviour(
    folder: &Path,
    sources: &[String],
    flags: &[&str],
    merged: &MergedUnit,
    out: &Path,
) -> Result<bool, Failed> {
    for (level, markers) in [("-O0", false), ("-O2", true)] {
        let text = out.join("merged.i.c");
        std::fs::write(&text, emit(merged, markers))?;
        let build = |inputs: &[String], name: &str| -> Result<PathBuf, Failed> {
            let program = out.join(name);
            let mut gcc = Command::new("gcc");
            run(gcc.current_dir(folder).args(flags).args([level, "-w", "-o"]).arg(&program).args(inputs))?;
            Ok(program)
        };
        let Some(separate) = behaviour(&build(sources, "separate")?)? else { return Ok(false) };
        let whole = behaviour(&build(&[text.to_string_lossy().into_owned()], "whole")?)?;
        let whole = whole.ok_or(format!("{level}: the merged program does not end"))?;
        if separate != whole {
            return Err(format!("{level}: the units print\n{separate}\nmerged they print\n{whole}").into());
        }
    }
    Ok(true)
}

/// Two programs of csmith as the units of one: nearly all of their file-scope names clash.
fn csmith(seed: u64) -> Result<(), Failed> {
    for attempt in 0..10 {
        if csmith_pair(seed + attempt * 1000)? {
            return Ok(());
        }
    }
    Err("csmith made ten programs that do not end".into())
}

/// `false`: the programs do not end.
fn csmith_pair(seed: u64) -> Result<bool, Failed> {
    let out = tempfile::tempdir()?;
    let bounds = ["--max-funcs", "5", "--max-block-size", "3", "--max-block-depth", "3"];
    let generate = |seed: u64| {
        run(Command::new("csmith").current_dir(out.path()).args(["--seed", &seed.to_string()]).args(bounds))
    };
    let driver = "int main_a(int, char **); int main_b(int, char **);\n\
                  int main(int argc, char **argv) { main_a(argc, argv); return main_b(argc, argv); }\n";
    std::fs::write(out.path().join("a.c"), format!("#define main main_a\n{}", generate(seed)?))?;
    std::fs::write(out.path().join("b.c"), format!("#define main main_b\n{}", generate(seed + 1_000_000)?))?;
    std::fs::write(out.path().join("driver.c"), driver)?;
    let sources = ["a.c", "b.c", "driver.c"].map(str::to_string);
    let flags = ["-I", CSMITH_HEADERS];
    let merged = match merge(&tree(out.path(), &sources, &flags)?) {
        Ok((merged, _)) => merged,
        Err(failure) => return Err(refusal(failure)?.into()),
    };
    if merged.renamed.is_empty() {
        return Err("two csmith programs must have clashing names".into());
    }
    same_behaviour(out.path(), &sources, &flags, &merged, out.path())
}

/// What a program prints and how it ends; `None`: not before the deadline.
fn behaviour(program: &Path) -> Result<Option<String>, Failed> {
    let mut child = Command::new(program).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let pid = child.id();
    let (done, finished) = std::sync::mpsc::channel::<()>();
    let watchdog = std::thread::spawn(move || {
        let late = finished.recv_timeout(DEADLINE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout);
        if late {
            drop(Command::new("kill").args(["-9", &pid.to_string()]).status());
        }
        late
    });
    let output = std::io::read_to_string(child.stdout.take().ok_or("no output")?)?;
    let status = child.wait()?;
    drop(done);
    let late = watchdog.join().map_err(|_| "the watchdog failed")?;
    Ok((!late).then(|| format!("{output}[{status}]")))
}

fn run(command: &mut Command) -> Result<String, Failed> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("{command:?}\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn refusal(failure: Failure) -> Result<String, Failed> {
    match failure {
        Failure::Refused(diagnostics) => Ok(diagnostics.iter().map(describe).collect()),
        Failure::Usage(text) | Failure::Environment(text) => Err(text.into()),
    }
}

fn describe(diagnostic: &Diagnostic) -> String {
    let places = diagnostic.labels.iter().map(|label| {
        let place = &label.place;
        format!("  {}:{}:{}\n", place.file, place.line, place.column)
    });
    format!("{}\n{}", diagnostic.title, places.collect::<String>())
}

fn expect(expected: Option<String>, found: &str) -> Result<(), Failed> {
    let Some(expected) = expected else { return Err(format!("is refused:\n{found}").into()) };
    if expected == found { Ok(()) } else { Err(format!("expected\n{expected}\nfound\n{found}").into()) }
}
