//! The other forms of input: single files and compilation databases.

use crate::support::{Project, units};
use polusc::diag::Failure;
use polusc::source::{Members, Select, load};

fn select(members: Members, program: Option<&str>) -> Select {
    Select { program: program.map(String::from), members, ..Select::default() }
}

#[test]
fn a_c_file_and_a_preprocessed_one() {
    let project =
        Project::new(&[("old.c", "#include \"inc/a.h\"\nint y = X;\n"), ("inc/a.h", "#define X 3\n")]);
    let root = project.path();
    let flags = ["-O2", "-I."].map(String::from);
    let c = load(&root.join("old.c"), &Select::default(), &flags).unwrap();
    assert_eq!(c.tree.units[0].path, "old.c");
    assert_eq!(c.tree.units[0].flags, ["-O2"]);
    assert!(c.tree.units[0].text.contains("int y = 3;"));
    project.build("gcc -E old.c > other.i");
    let i = load(&root.join("other.i"), &Select::default(), &[]).unwrap();
    assert_eq!((i.tree.units[0].path.as_str(), &i.tree.root), ("old.c", &root));
}

#[test]
fn what_the_preprocessor_rejects_points_into_the_source() {
    let project =
        Project::new(&[("a.c", "int x;\n#include \"b.h\"\n"), ("b.h", "\n#  error \"not here\"\n")]);
    let Err(Failure::Refused(found)) = load(&project.path().join("a.c"), &Select::default(), &[]) else {
        panic!("not refused")
    };
    let place = &found[0].labels[0].place;
    assert!(place.file.ends_with("b.h"), "{place:?}");
    assert_eq!((place.line, place.column, place.text.as_str()), (2, 4, "#  error \"not here\""));
    assert!(found[0].title.contains("not here") && found[0].notes[0].ends_with("a.c:2"), "{found:?}");
}

#[test]
fn what_is_not_there_is_the_environments() {
    let project = Project::new(&[("a.txt", ""), ("compile_commands.json", "[{]")]);
    let root = project.path();
    for path in [root.join("absent.c"), root.clone()] {
        let loaded = load(&path, &Select::default(), &[]);
        assert!(matches!(loaded, Err(Failure::Environment(_))), "{}: {loaded:?}", path.display());
    }
    assert!(matches!(load(&root.join("a.txt"), &Select::default(), &[]), Err(Failure::Usage(_))));
}

#[test]
fn bytes_that_are_no_utf8_keep_their_value() {
    let project = Project::new(&[]);
    project.write("a.c", b"char s[] = \"caf\xe9\";\n");
    let loaded = load(&project.path().join("a.c"), &Select::default(), &[]).unwrap();
    assert!(loaded.tree.units[0].text.contains("\"caf\\351\""));
}

/// `common.c` goes into both programs, differently.
fn database() -> Project {
    let project = Project::new(&[
        ("src/common.c", "#include <stddef.h>\nint common = WHO;\n"),
        ("src/server.c", "int main(void) { return 0; }\n"),
        ("src/tool.c", "int main(void) { return 1; }\n"),
        ("src/more.cc", "int more;\n"),
    ]);
    let root = project.path();
    let root = root.display();
    project.write(
        "build/compile_commands.json",
        format!(
            r#"[
{{"directory": "{root}/build", "file": "../src/common.c", "command": "gcc -O2 -DWHO=1 -MMD -MF x.d -c ../src/common.c -o server.dir/common.o"}},
{{"directory": "{root}/build", "file": "../src/common.c", "command": "gcc -O2 '-DWHO=2' -c ../src/common.c -o tool.dir/common.o"}},
{{"directory": "{root}", "file": "src/server.c", "arguments": ["ccache", "gcc", "-O1", "-c", "{root}/src/server.c", "-o", "server.o"]}},
{{"directory": "{root}", "file": "src/tool.c", "arguments": ["gcc", "-c", "src/tool.c"], "output": "tool.o"}},
{{"directory": "{root}", "file": "src/more.cc", "arguments": ["g++", "-c", "src/more.cc"]}}
]"#
        ),
    );
    project
}

#[test]
fn a_database_whole_and_by_the_executables_units() {
    let project = database();
    let folder = project.path().join("build");
    let all = load(&folder, &Select::default(), &[]).unwrap();
    assert_eq!(all.tree.root, project.path().join("src"));
    assert_eq!(units(&Ok(all.clone())), ["common.c", "server.c", "tool.c"]);
    let titles: Vec<_> = all.notes.iter().map(|note| note.title.as_str()).collect();
    assert!(titles[0].ends_with("more.cc is not C; it stays as it is in the process"), "{titles:?}");
    assert_eq!(titles[1], "common.c is compiled in two different ways; the first one is taken");

    let compiled =
        ["./src/tool.c", "/elsewhere/src/common.c", "/elsewhere/src/new.c"].map(Into::into).to_vec();
    let path = folder.join("compile_commands.json");
    let tool = load(&path, &select(Members::Compiled(compiled), Some("tool")), &[]).unwrap();
    assert_eq!(units(&Ok(tool.clone())), ["tool.c", "common.c"], "in the executable's order");
    let missing = "/elsewhere/src/new.c is in the executable, but not in the database";
    assert!(tool.notes.iter().any(|note| note.title == missing), "{:?}", tool.notes);
    assert!(tool.tree.units[1].text.contains("int common = 2;"));
    assert_eq!(tool.left_out, ["server.c"]);
    assert!(!folder.join("x.d").exists());

    let next = load(&path, &select(Members::Without(tool.left_out), Some("tool")), &[]).unwrap();
    assert_eq!(units(&Ok(next)), ["common.c", "tool.c"]);
}

#[test]
fn a_database_with_a_missing_file_names_it() {
    let project = database();
    std::fs::remove_file(project.path().join("src/tool.c")).unwrap();
    let Err(Failure::Environment(message)) = load(&project.path().join("build"), &Select::default(), &[])
    else {
        panic!("loaded")
    };
    assert!(message.contains("src/tool.c: No such file"), "{message}");
}
