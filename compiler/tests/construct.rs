//! Golden tests of the constructor: each folder of testdata/construct holds two versions of a
//! program and the value of every stage between them. UPDATE_EXPECT=1 rewrites the values.

use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Seconds; longer than any of these programs takes on a slow machine.
const DEADLINE: &str = "120";
const GOLDEN: [&str; 4] = ["changes.txt", "relations.txt", "patch.c", "diagnostics.txt"];
const INPUT: [&str; 7] = ["old.c", "new.c", "old.i", "new.i", "old", "new", "case.toml"];

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/construct");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty(), "testdata/construct holds no case");
    let trial = |case: PathBuf| {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        Trial::test(name, move || Case::new(&case)?.run())
    };
    libtest_mimic::run(&Arguments::from_args(), cases.into_iter().map(trial).collect()).exit();
}

type Check<T = ()> = Result<T, Failed>;

/// A case, copied to a folder of its own so that nothing is written beside its files.
struct Case {
    golden: PathBuf,
    work: tempfile::TempDir,
    settings: toml::Table,
}

impl Case {
    fn new(golden: &Path) -> Check<Self> {
        let text = std::fs::read_to_string(golden.join("case.toml")).unwrap_or_default();
        let settings: toml::Table = text.parse().map_err(|e| format!("case.toml: {e}"))?;
        const KNOWN: [&str; 10] = ["why", "old", "new", "cflags", "build", "binary", "options", "status", "loads", "versions"];
        if let Some(key) = settings.keys().find(|k| !KNOWN.contains(&k.as_str())) {
            return Err(format!("case.toml: unknown key {key}").into());
        }
        let case = Self { golden: golden.to_path_buf(), work: tempfile::tempdir()?, settings };
        for entry in std::fs::read_dir(golden)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !GOLDEN.contains(&name.as_str()) && !INPUT.contains(&name.as_str()) {
                return Err(format!("{name}: no case holds such a file").into());
            }
        }
        case.copy_inputs()?;
        Ok(case)
    }

    fn copy_inputs(&self) -> Check {
        for side in ["old", "new"] {
            for end in ["c", "i"].map(|end| format!("{side}.{end}")).iter().filter(|f| self.golden.join(f).exists()) {
                std::fs::copy(self.golden.join(end), self.path(end))?;
            }
            if self.golden.join(side).is_dir() {
                self.copy_folder(side)?;
            }
        }
        Ok(())
    }

    /// A folder of C files gets the compilation database that a build system would write.
    fn copy_folder(&self, side: &str) -> Check {
        std::fs::create_dir(self.path(side))?;
        let mut files: Vec<_> = std::fs::read_dir(self.golden.join(side))?.map(|e| e.unwrap().path()).collect();
        files.sort();
        for file in &files {
            std::fs::copy(file, self.path(side).join(file.file_name().unwrap()))?;
        }
        let units = files.iter().filter(|f| f.extension().is_some_and(|e| e == "c"));
        let command = |file: &PathBuf| {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let arguments = [vec!["gcc".into(), "-O2".into()], self.list("cflags"), vec!["-c".into(), name.clone()]];
            serde_json::json!({"directory": self.path(side), "file": name, "arguments": arguments.concat()})
        };
        let database = serde_json::to_string(&units.map(command).collect::<Vec<_>>()).unwrap();
        Ok(std::fs::write(self.path(side).join("compile_commands.json"), database)?)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.work.path().join(name)
    }

    fn list(&self, key: &str) -> Vec<String> {
        let values = self.settings.get(key).and_then(|v| v.as_array()).into_iter().flatten();
        values.map(|v| v.as_str().unwrap().to_string()).collect()
    }

    fn is(&self, key: &str) -> Option<bool> {
        self.settings.get(key).and_then(toml::Value::as_bool)
    }

    fn input(&self, side: &str) -> String {
        if let Some(named) = self.settings.get(side).and_then(toml::Value::as_str) {
            return named.to_string();
        }
        let names = [format!("{side}.c"), format!("{side}.i"), side.to_string()];
        names.iter().find(|n| self.path(n).exists()).unwrap_or(&names[0]).clone()
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Check<Output> {
        let mut command = Command::new("timeout");
        Ok(command.arg(DEADLINE).arg(program).args(arguments).current_dir(self.work.path()).output()?)
    }

    fn gcc(&self, arguments: &[&str]) -> Check {
        let output = self.command("gcc", arguments)?;
        let told = || format!("gcc {}:\n{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
        if output.status.success() { Ok(()) } else { Err(told().into()) }
    }

    fn polusc(&self, old: &str, new: &str, arguments: &[&str]) -> Check<(i32, String, String)> {
        let options = self.list("options");
        let mut all: Vec<&str> = vec![old, new];
        all.retain(|input| !input.is_empty());
        all.extend(arguments.iter().copied().chain(options.iter().map(String::as_str)));
        if self.is("binary") == Some(true) {
            all.extend(["--binary", "program"]);
        }
        let flags = self.list("cflags");
        if !flags.is_empty() && !self.path("old").is_dir() {
            all.push("--");
            all.extend(flags.iter().map(String::as_str));
        }
        let output = self.command(env!("CARGO_BIN_EXE_polusc"), &all)?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok((output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr)))
    }

    fn run(&self) -> Check {
        let (old, new) = (self.input("old"), self.input("new"));
        if self.is("binary") == Some(true) {
            let sources = if self.path("old").is_dir() { "old/*.c".into() } else { old.clone() };
            let flags = [self.list("cflags"), self.list("build")].concat().join(" ");
            let line = format!("gcc -O2 -g {flags} {sources} -o program");
            let output = self.command("sh", &["-c", &line])?;
            same("building the program", &0, &output.status.code().unwrap_or(-1))?;
        }
        let wanted = self.settings.get("status").and_then(toml::Value::as_integer).unwrap_or(0) as i32;
        std::fs::write(self.path("patch.c"), "an older patch")?;
        let views = ["-o", "patch.c", "--report", "report.json", "--graph", "graph.dot"];
        let (status, _, told) = self.polusc(&old, &new, &views)?;
        let mut found = BTreeMap::from([("diagnostics.txt", self.portable(&told))]);
        if status != wanted {
            return Err(format!("exit status {status}, expected {wanted}\n{told}").into());
        }
        same("a patch is left behind", &(wanted == 0), &self.path("patch.c").exists())?;
        if wanted == 0 {
            let patch = std::fs::read_to_string(self.path("patch.c"))?;
            self.gcc(&["-O2", "-Wall", "-Werror", "-fPIC", "-shared", "patch.c", "-o", "patch.so"])?;
            self.twice(&old, &new, &patch)?;
            found.insert("patch.c", self.portable(&without_header(&patch)));
        }
        if self.is("loads") != Some(false) {
            let (changes, relations) = self.stages(&old, &new)?;
            found.extend([("changes.txt", self.portable(&changes)), ("relations.txt", self.portable(&relations))]);
        }
        self.compare(found)
    }

    /// The same inputs give the same bytes, also against the version file of the first run.
    fn twice(&self, old: &str, new: &str, patch: &str) -> Check {
        let versions = std::fs::read(self.path("polus.versions"))?;
        let (status, ..) = self.polusc(old, new, &["-o", "patch.c", "--graph", "graph.svg"])?;
        same("status of the second run", &0, &status)?;
        same("the patch of the second run", patch, &std::fs::read_to_string(self.path("patch.c"))?)?;
        same("the version file", &versions, &std::fs::read(self.path("polus.versions"))?)?;
        same("an empty picture", &false, &std::fs::read(self.path("graph.svg"))?.is_empty())
    }

    /// Changes and relations, with what holds for every pair of programs.
    fn stages(&self, old: &str, new: &str) -> Check<(String, String)> {
        let report: serde_json::Value = serde_json::from_slice(&std::fs::read(self.path("report.json"))?)
            .map_err(|e| format!("report.json: {e}"))?;
        same("the report has changes", &true, &report["changes"].is_array())?;
        same("an empty graph", &false, &std::fs::read(self.path("graph.dot"))?.is_empty())?;
        let (status, changes, told) = self.polusc(old, new, &["--emit", "changes"])?;
        same(&format!("status of --emit changes\n{told}"), &0, &status)?;
        if self.is("binary") != Some(true) {
            let (_, back, _) = self.polusc(new, old, &["--emit", "changes"])?;
            same("the changes of the way back", &mirrored(&changes), &sorted(&back))?;
            same("status of NEW NEW", &4, &self.polusc(new, new, &["-o", "none.c"])?.0)?;
        }
        same("status of OLD OLD", &4, &self.polusc(old, old, &["-o", "none.c"])?.0)?;
        Ok((changes, self.polusc(old, new, &["--emit", "relations"])?.1))
    }

    /// Without what differs between machines and between versions of the compiler.
    fn portable(&self, text: &str) -> String {
        let text = text.replace(&format!("{}/", self.work.path().display()), "");
        let mut out = String::new();
        for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
            let body = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            let digest = body.len() >= 40 && body.bytes().all(|b| b.is_ascii_hexdigit());
            let address = self.is("binary") == Some(true) && body.starts_with("0x") && body != "0x0";
            let masked = if digest { "DIGEST" } else if address { "0xADDRESS" } else { body };
            out.extend([masked, &word[body.len()..]]);
        }
        out
    }

    fn compare(&self, found: BTreeMap<&str, String>) -> Check {
        let update = std::env::var_os("UPDATE_EXPECT").is_some();
        let mut wrong = String::new();
        for name in GOLDEN {
            let golden = self.golden.join(name);
            let is = found.get(name).filter(|text| !text.is_empty());
            let was = std::fs::read_to_string(&golden).ok();
            match (is, was) {
                (None, Some(_)) if update => std::fs::remove_file(&golden)?,
                (None, Some(_)) => wrong += &format!("{name}: nothing is told any more\n"),
                (Some(is), was) if update || was.is_none() => {
                    if was.is_none() && !update {
                        wrong += &format!("{name}: written, review and commit\n");
                    }
                    std::fs::write(&golden, is)?;
                }
                (Some(is), Some(was)) if *is != was => {
                    let diff = similar::TextDiff::from_lines(&was, is);
                    wrong += &diff.unified_diff().header(name, "found").to_string();
                }
                _ => {}
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
    }
}

fn same<T: PartialEq + std::fmt::Debug + ?Sized>(what: &str, wanted: &T, found: &T) -> Check {
    if wanted == found { Ok(()) } else { Err(format!("{what}: expected {wanted:#?}, found {found:#?}").into()) }
}

/// The changes with added and removed swapped, sorted.
fn mirrored(changes: &str) -> Vec<String> {
    let swap = |line: &str| match line.split_once(' ') {
        Some(("added", what)) => format!("removed {what}"),
        Some(("removed", what)) => format!("added {what}"),
        _ => line.to_string(),
    };
    sorted(&changes.lines().map(swap).collect::<Vec<_>>().join("\n"))
}

fn sorted(lines: &str) -> Vec<String> {
    let mut lines: Vec<String> = lines.lines().map(String::from).collect();
    lines.sort();
    lines
}

/// The copy of polus/patch.h is the same in all patches.
fn without_header(patch: &str) -> String {
    patch.replace(polus_runtime::PATCH_H, "/* polus/patch.h */\n")
}
