//! A case: its inputs in a folder of its own, the programs built of them, and runs of polusc.

use crate::Check;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Seconds; longer than any of these programs takes on a slow machine.
const DEADLINE: &str = "120";
/// The values that a case holds.
pub const GOLDEN: [&str; 4] = ["changes.txt", "relations.txt", "patch.c", "diagnostics.txt"];
const INPUT: [&str; 9] =
    ["first.c", "old.c", "new.c", "old.i", "new.i", "old", "new", "callbacks.c", "case.toml"];
/// Keys of case.toml: what it is about, other inputs than `old` and `new`, flags of both versions and
/// of the old program alone, its compiler, a shell command after it was built, whether it is built and
/// named, options, exit status, whether both versions can be read, bytes of the largest part that the
/// synchronization functions carry as one, rules (of `polus_runtime::rules`) without each of which the
/// case fails, whether no update leads back.
const KEYS: [&str; 14] = [
    "why", "old", "new", "cflags", "build", "compiler", "after", "binary", "options", "status", "loads",
    "part", "proves", "forward",
];

/// A case, copied to a folder of its own so that nothing is written beside its files.
pub struct Case {
    /// Its folder in testdata.
    pub golden: PathBuf,
    work: tempfile::TempDir,
    settings: toml::Table,
    /// The rule that is switched off, to show that the case fails without it.
    pub without: Option<String>,
}

/// The rules that a case in `folder` is the proof of.
pub fn proves(folder: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join("case.toml")).unwrap_or_default();
    let settings: toml::Table = text.parse().unwrap_or_default();
    let rules = settings.get("proves").and_then(|v| v.as_array()).into_iter().flatten();
    rules.filter_map(|rule| Some(rule.as_str()?.to_string())).collect()
}

impl Case {
    /// Copies a case.
    pub fn new(golden: &Path) -> Check<Self> {
        let text = std::fs::read_to_string(golden.join("case.toml")).unwrap_or_default();
        let settings: toml::Table = text.parse().map_err(|e| format!("case.toml: {e}"))?;
        if let Some(key) = settings.keys().find(|k| !KEYS.contains(&k.as_str())) {
            return Err(format!("case.toml: unknown key {key}").into());
        }
        let case = Self { golden: golden.to_path_buf(), work: tempfile::tempdir()?, settings, without: None };
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
        for side in ["first", "old", "new", "callbacks"] {
            for end in
                ["c", "i"].map(|end| format!("{side}.{end}")).iter().filter(|f| self.golden.join(f).exists())
            {
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
        let mut files: Vec<_> =
            std::fs::read_dir(self.golden.join(side))?.map(|e| e.unwrap().path()).collect();
        files.sort();
        for file in &files {
            std::fs::copy(file, self.path(side).join(file.file_name().unwrap()))?;
        }
        let units = files.iter().filter(|f| f.extension().is_some_and(|e| e == "c"));
        let command = |file: &PathBuf| {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            let arguments =
                [vec!["gcc".into(), "-O2".into()], self.list("cflags"), vec!["-c".into(), name.clone()]];
            serde_json::json!({"directory": self.path(side), "file": name, "arguments": arguments.concat()})
        };
        let database = serde_json::to_string(&units.map(command).collect::<Vec<_>>()).unwrap();
        Ok(std::fs::write(self.path(side).join("compile_commands.json"), database)?)
    }

    /// A file of its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.work.path().join(name)
    }

    fn list(&self, key: &str) -> Vec<String> {
        let values = self.settings.get(key).and_then(|v| v.as_array()).into_iter().flatten();
        values.map(|v| v.as_str().unwrap().to_string()).collect()
    }

    /// A switch of case.toml.
    pub fn is(&self, key: &str) -> Option<bool> {
        self.settings.get(key).and_then(toml::Value::as_bool)
    }

    /// What stands for a version on the command line.
    pub fn input(&self, side: &str) -> String {
        if let Some(named) = self.settings.get(side).and_then(toml::Value::as_str) {
            return named.to_string();
        }
        let names = [format!("{side}.c"), format!("{side}.i"), side.to_string()];
        names.iter().find(|n| self.path(n).exists()).unwrap_or(&names[0]).clone()
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Check<Output> {
        let mut command = Command::new("timeout");
        command.env("POLUS_WITHOUT", self.without.as_deref().unwrap_or_default());
        Ok(command.arg(DEADLINE).arg(program).args(arguments).current_dir(self.work.path()).output()?)
    }

    /// Runs the compiler, which must succeed.
    pub fn gcc(&self, arguments: &[&str]) -> Check {
        self.succeeds("gcc", arguments)
    }

    /// Runs a program, which must succeed.
    pub fn succeeds(&self, program: &str, arguments: &[&str]) -> Check {
        let output = self.command(program, arguments)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let told = || {
            let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
            format!("{program} {}: {}\n{stdout}{stderr}", arguments.join(" "), output.status)
        };
        if output.status.success() { Ok(()) } else { Err(told().into()) }
    }

    /// Runs the constructor with the case's callbacks, if it has any.
    pub fn by_hand(&self, old: &str, new: &str, arguments: &[&str]) -> Check<(i32, String, String)> {
        let callbacks =
            ["--callbacks", "callbacks.c"].into_iter().filter(|_| self.path("callbacks.c").exists());
        self.polusc(old, new, &arguments.iter().copied().chain(callbacks).collect::<Vec<_>>())
    }

    /// Bytes that the synchronization functions may carry as one: no scalar has more than 16.
    pub fn largest_part(&self) -> String {
        self.settings.get("part").and_then(toml::Value::as_integer).unwrap_or(16).to_string()
    }

    /// Runs the constructor: exit status, standard output, standard error.
    pub fn polusc(&self, old: &str, new: &str, arguments: &[&str]) -> Check<(i32, String, String)> {
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
        let told = text(output.stderr);
        let told = told.split_inclusive('\n').filter(|line| !line.contains("POLUS_WITHOUT")).collect();
        Ok((output.status.code().unwrap_or(-1), text(output.stdout), told))
    }

    /// Builds the program of the old version, if the case wants one.
    pub fn build(&self) -> Check {
        if self.is("binary") != Some(true) {
            return Ok(());
        }
        let old = self.input("old");
        let sources = if self.path("old").is_dir() { "old/*.c" } else { &old };
        let flags = [self.list("cflags"), self.list("build")].concat().join(" ");
        let after = self.settings.get("after").and_then(toml::Value::as_str).unwrap_or("true");
        let compiler = self.settings.get("compiler").and_then(toml::Value::as_str).unwrap_or("gcc");
        let all = format!("{compiler} -O2 -g {flags} {sources} -o program\n{after}");
        let output = self.command("sh", &["-ec", &all])?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
        }
    }

    /// The exit status that it expects.
    pub fn status(&self) -> i32 {
        self.settings.get("status").and_then(toml::Value::as_integer).unwrap_or(0) as i32
    }

    /// Text without what differs between machines and between versions of the compiler.
    pub fn portable(&self, text: &str) -> String {
        let text = text.replace(&format!("{}/", self.work.path().display()), "");
        let mut parts = text.split(".build-id/");
        let first = parts.next().unwrap_or_default().to_string();
        let text = parts.fold(first, |text, part| text + ".build-id/ID" + part.get(2..).unwrap_or_default());
        let mut out = String::new();
        for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
            let body = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            // A build-id's place below .build-id lacks the first two digits, which are a folder.
            let digest = body.len() >= 38 && body.bytes().all(|b| b.is_ascii_hexdigit());
            let address = self.is("binary") == Some(true) && body.starts_with("0x") && body != "0x0";
            let masked = if digest {
                "DIGEST"
            } else if address {
                "0xADDRESS"
            } else {
                body
            };
            out.extend([masked, &word[body.len()..]]);
        }
        out
    }
}
