//! Golden tests of the constructor: each folder of testdata/construct holds two versions of a
//! program and the value of every stage between them. UPDATE_EXPECT=1 rewrites the values.
//! A version before the old one (`first.c`) makes it the second update.

mod case;

use case::{Case, GOLDEN};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/construct");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty(), "testdata/construct holds no case");
    let trials = cases.iter().flat_map(|case| trials(case)).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The case, and for each rule that it proves: it fails without it.
fn trials(case: &Path) -> Vec<Trial> {
    let name = case.file_name().unwrap().to_string_lossy().into_owned();
    let negative = |rule: String| {
        let case = case.to_path_buf();
        Trial::test(format!("{name}-without-{rule}"), move || fails_without(&case, rule))
    };
    let mut trials: Vec<Trial> = case::proves(case).into_iter().map(negative).collect();
    let case = case.to_path_buf();
    trials.push(Trial::test(name, move || Case::new(&case)?.run()));
    trials
}

fn fails_without(case: &Path, rule: String) -> Check {
    let mut case = Case::new(case)?;
    case.without = Some(rule.clone());
    case.run().map_or_else(|_| Ok(()), |()| Err(format!("nothing changes without the rule {rule}").into()))
}

/// A test's outcome.
type Check<T = ()> = Result<T, Failed>;

impl Case {
    fn run(&self) -> Check {
        let (old, new) = (self.input("old"), self.input("new"));
        self.build()?;
        if self.path("first.c").exists() {
            same(
                "status of the first update",
                &0,
                &self.polusc("first.c", &old, &["-o", "first-patch.c"])?.0,
            )?;
        }
        let wanted = self.status();
        std::fs::write(self.path("patch.c"), "an older patch")?;
        let views = ["-o", "patch.c", "--report", "report.json", "--graph", "graph.dot"];
        let (status, _, told) = self.by_hand(&old, &new, &views)?;
        let mut found = BTreeMap::from([("diagnostics.txt", self.portable(&told))]);
        if status != wanted {
            return Err(format!("exit status {status}, expected {wanted}\n{told}").into());
        }
        if matches!(wanted, 0 | 1 | 4) {
            same("a patch is left behind", &(wanted == 0), &self.path("patch.c").exists())?;
        }
        if wanted == 0 {
            let patch = std::fs::read_to_string(self.path("patch.c"))?;
            self.gcc(&["-O2", "-Wall", "-Werror", "-fPIC", "-shared", "patch.c", "-o", "patch.so"])?;
            if patch.contains("POLUS_MIGRATED, 0 }") {
                self.properties()?;
            }
            self.twice(&old, &new, &patch)?;
            found.insert("patch.c", self.portable(&without_headers(&patch)));
        }
        if self.is("loads") != Some(false) {
            let (changes, relations) = self.stages(&old, &new)?;
            found.extend([
                ("changes.txt", self.portable(&changes)),
                ("relations.txt", self.portable(&relations)),
            ]);
        }
        self.compare(found)
    }

    /// The synchronization functions do what holds for all of them, on random instances.
    fn properties(&self) -> Check {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/construct/properties.c");
        let headers = concat!("-I", env!("CARGO_MANIFEST_DIR"), "/../runtime/include");
        self.gcc(&["-O2", headers, source, "-o", "properties"])?;
        self.succeeds("./properties", &["./patch.so", &self.largest_part()])
    }

    /// The same inputs give the same bytes, also against the version file of the first run.
    fn twice(&self, old: &str, new: &str, patch: &str) -> Check {
        let versions = std::fs::read(self.path("polus.versions"))?;
        let (status, again, _) = self.by_hand(old, new, &["--graph", "graph.svg"])?;
        same("status of the second run", &0, &status)?;
        same("the patch on standard output", patch, &again)?;
        same("the version file", &versions, &std::fs::read(self.path("polus.versions"))?)?;
        same("an empty picture", &false, &std::fs::read(self.path("graph.svg"))?.is_empty())
    }

    /// Changes and relations, with what holds for every pair of programs.
    fn stages(&self, old: &str, new: &str) -> Check<(String, String)> {
        let report: serde_json::Value = serde_json::from_slice(&std::fs::read(self.path("report.json"))?)
            .map_err(|e| format!("report.json: {e}"))?;
        same("the report has changes", &true, &report["changes"].is_array())?;
        self.explained(old, new, &report)?;
        self.told_by_hand(&report)?;
        same("an empty graph", &false, &std::fs::read(self.path("graph.dot"))?.is_empty())?;
        let (status, changes, told) = self.polusc(old, new, &["--emit", "changes"])?;
        same(&format!("status of --emit changes\n{told}"), &0, &status)?;
        if self.is("binary") != Some(true) && self.is("forward") != Some(true) {
            let (_, back, _) = self.polusc(new, old, &["--emit", "changes"])?;
            same("the changes of the way back", &mirrored(&changes), &sorted(&back))?;
            same("status of NEW NEW", &4, &self.polusc(new, new, &["-o", "none.c"])?.0)?;
        }
        same("status of OLD OLD", &4, &self.polusc(old, old, &["-o", "none.c"])?.0)?;
        Ok((changes, self.by_hand(old, new, &["--emit", "relations"])?.1))
    }

    /// Every function of the patch is told with how it is redirected and why.
    fn explained(&self, old: &str, new: &str, report: &serde_json::Value) -> Check {
        let affected = report["affected"].as_array().ok_or("the report has no functions")?;
        let told = |key: &str, f: &serde_json::Value| !f[key].as_str().unwrap_or_default().is_empty();
        let silent = affected.iter().find(|f| !told("how", f) || f["reasons"] == serde_json::json!([]));
        same("a function without explanation", &None, &silent)?;
        let (_, diff, _) = self.by_hand("diff", old, &[new])?;
        let missing = affected.iter().map(|f| format!("{} (", f["name"].as_str().unwrap_or_default()));
        same(
            "a function that diff does not tell",
            &None,
            &missing.into_iter().find(|name| !diff.contains(name)),
        )
    }

    /// Every callback of the case is in the report, with its moment.
    fn told_by_hand(&self, report: &serde_json::Value) -> Check {
        let text = std::fs::read_to_string(self.path("callbacks.c")).unwrap_or_default();
        let told = report["callbacks"].as_array().ok_or("the report has no callbacks")?;
        let name = |c: &serde_json::Value| c["name"].as_str().unwrap_or_default().to_string();
        let told: Vec<String> = told.iter().filter(|c| c["when"].is_string()).map(name).collect();
        let defined = text.lines().filter_map(|line| line.split_once("void polus_")?.1.split_once('('));
        let defined: Vec<String> = defined.map(|(rest, _)| format!("polus_{rest}")).collect();
        same("callbacks in the report", &defined, &told)
    }

    fn compare(&self, found: BTreeMap<&str, String>) -> Check {
        let update = std::env::var_os("UPDATE_EXPECT").is_some() && self.without.is_none();
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
                    if self.without.is_none() {
                        std::fs::write(&golden, is)?;
                    }
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
    if wanted == found {
        Ok(())
    } else {
        Err(format!("{what}: expected {wanted:#?}, found {found:#?}").into())
    }
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

/// Without the copy of polus/patch.h, which is the same in all patches, and without what comes from
/// the machine's headers.
fn without_headers(patch: &str) -> String {
    let patch = patch.replace(polus_runtime::PATCH_H, "/* polus/patch.h */\n");
    let own = patch.split("\n\n").filter(|block| !block.starts_with("/* /usr/"));
    own.collect::<Vec<_>>().join("\n\n")
}
