//! polus-cc under real builds: it changes nothing in them, and the capture tells which
//! units each program was linked from.

use crate::support::{Project, units, usage};
use polusc::source::{Select, load};

const MAIN: &str = "int used(void); int main(void) { return used() - 7; }\n";

/// Two programs, an archive made by a sub-make, an object that both programs share.
fn two_programs() -> Project {
    Project::new(&[
        (
            "Makefile",
            "all: server tool\nCFLAGS = -O2 -g -MMD -DANSWER=7\nlib/libutil.a: force\n\t$(MAKE) -C lib\nforce:\n\
             server: server.o log.o lib/libutil.a\n\t$(CC) -o $@ $^ -lm\n\
             tool: tool.o log.o\n\t$(CC) -o $@ $^ -Llib -lutil\ntool: lib/libutil.a\n\
             clean:\n\trm -f server tool *.[od] lib/*.[oda]\n-include *.d\n",
        ),
        ("lib/Makefile", "libutil.a: used.o unused.o deeper.o\n\t$(AR) rcD $@ $^\n"),
        ("lib/used.c", "int deeper(void); int used(void) { return deeper(); }\n"),
        ("lib/deeper.c", "int deeper(void) { return ANSWER; }\n"),
        ("lib/unused.c", "int unused(void) { return 1; }\n"),
        ("log.c", "int logged(int x) { return x; }\n"),
        ("server.c", MAIN),
        ("tool.c", "int logged(int); int main(void) { return logged(0); }\n"),
    ])
}

#[test]
fn make_builds_the_same_bytes_and_tells_programs_apart() {
    let project = two_programs();
    let made = [".o", ".a", "server", "tool"];
    project.build("export CFLAGS='-O2 -DANSWER=7'; make -j4 CC=gcc; ./server; ./tool");
    let plain = project.files(&made);
    project.build("export CFLAGS='-O2 -DANSWER=7'; make clean; make -j4 CC=\"$CC\"");
    assert_eq!(plain.len(), 9, "{:?}", plain.keys());
    assert!(plain == project.files(&made), "polus-cc changed what was built");
    assert_eq!(project.units("server"), ["server.c", "log.c", "lib/used.c", "lib/deeper.c"]);
    assert_eq!(project.units("tool"), ["tool.c", "log.c"]);
    let message = usage(project.load(None));
    assert!(message.contains("server") && message.contains("tool"), "{message}");
    assert!(usage(project.load(Some("absent"))).contains("no program `absent`"));
}

#[test]
fn a_rebuild_replaces_what_it_supersedes() {
    let project = two_programs();
    project.build("export CFLAGS=-DANSWER=7; make CC=\"$CC\"");
    project.write("lib/deeper.c", "int deeper(void) { return 0 + ANSWER; }\n");
    project.build("export CFLAGS=-DANSWER=7; make CC=\"$CC\"");
    let loaded = project.load(Some("server")).unwrap();
    let deeper = loaded.tree.units.iter().find(|unit| unit.path == "lib/deeper.c").unwrap();
    assert!(deeper.text.contains("return 0 + 7"), "{}", deeper.text);
    assert_eq!(loaded.tree.units.len(), 4);
}

#[test]
fn one_command_compiles_and_links() {
    let project = two_programs();
    project.build(
        "make -C lib CC=\"$CC\" CFLAGS=-DANSWER=7; $CC -O2 server.c log.c lib/libutil.a -o all && ./all",
    );
    assert_eq!(project.units("all"), ["server.c", "log.c", "lib/used.c", "lib/deeper.c"]);
    let loaded = project.load(None).unwrap();
    assert_eq!(loaded.tree.units[0].flags, ["-O2"]);
    assert!(loaded.tree.units[0].text.contains("# 1 \"server.c\""));
    assert_eq!(loaded.program.as_deref(), Some("all"));
    assert_eq!(loaded.tree.root, project.path());
}

#[test]
fn objects_are_known_wherever_they_were_put() {
    let project = two_programs();
    project.build(
        "mkdir build; $CC -c -DANSWER=7 lib/used.c lib/deeper.c; mv used.o build/x.o; mv deeper.o build/y.o\n\
         $CC -r -nostdlib -o build/both.o build/x.o build/y.o; ar rcT build/thin.a build/both.o\n\
         $CC -x c -c server.c -o build/s; echo \"build/s -o 'the program'\" > list; $CC @list build/thin.a",
    );
    assert_eq!(project.units("the program"), ["server.c", "lib/used.c", "lib/deeper.c"]);
}

#[test]
fn link_time_optimisation_takes_the_whole_archive() {
    let project = two_programs();
    project.build("$CC -O2 -flto -DANSWER=7 -c lib/*.c server.c; gcc-ar rc l.a used.o deeper.o unused.o");
    project.build("$CC -O2 -flto server.o l.a -o p; ./p");
    assert_eq!(project.units("p"), ["server.c", "lib/used.c", "lib/deeper.c", "lib/unused.c"]);
}

#[test]
fn shared_libraries_are_programs_of_their_own() {
    let project = two_programs();
    project
        .build("$CC -shared -fPIC -DANSWER=7 lib/used.c lib/deeper.c -o libu.so; $CC server.c -L. -lu -o p");
    assert_eq!(project.units("p"), ["server.c"]);
    assert_eq!(project.units("libu.so"), ["lib/used.c", "lib/deeper.c"]);
}

#[test]
fn what_is_no_c_is_left_out_and_said() {
    let project = Project::new(&[
        ("main.c", "int two(void); int main(void) { return two() - 2; }\n"),
        ("two.s", ".globl two\ntwo: mov $2, %eax\nret\n.section .note.GNU-stack,\"\",@progbits\n"),
    ]);
    project.build("$CC main.c two.s -o p; ./p");
    let loaded = project.load(None).unwrap();
    assert_eq!(loaded.tree.units.len(), 1);
    assert!(loaded.notes[0].title.contains("two.s is assembler"), "{:?}", loaded.notes);
    project.build("gcc -c main.c; $CC main.o two.s -o q");
    assert!(matches!(project.load(Some("q")), Err(polusc::diag::Failure::Environment(_))));
}

#[test]
fn failures_look_as_without() {
    let project = Project::new(&[("bad.c", "#include \"none.h\"\nint x = ;\n"), ("good.c", "int main;\n")]);
    for line in ["bad.c", "-c bad.c", "good.c bad.c -o p", "--no-such-option -c good.c", "absent.c", ""] {
        let plain = project.run(&format!("gcc {line}"));
        let recorded = project.run(&format!("$CC {line}"));
        assert_eq!(plain.status, recorded.status, "{line}");
        assert_eq!(plain.stderr, recorded.stderr, "{line}");
    }
    assert!(!project.path().join("capture").exists());
}

#[test]
fn listings_and_standard_input_work_as_without() {
    let project = Project::new(&[("a.c", "int main(void) { return 0; }\n")]);
    for line in ["-E a.c", "-S a.c -o -", "--version", "-MM a.c", "-print-libgcc-file-name", "-dumpmachine"] {
        assert_eq!(project.build(&format!("gcc {line}")), project.build(&format!("$CC {line}")), "{line}");
    }
    project.build("$CC -x c - -o p < a.c; ./p");
    project.build("$CC -E -x c - < a.c > b.i; $CC -o q b.i; ./q");
    assert_eq!(project.units("q"), ["b.i"]);
}

#[test]
fn a_signal_is_passed_on() {
    let project = Project::new(&[("killed", "#!/bin/sh\nkill -TERM $$\n"), ("a.c", "")]);
    let ended = project.run("chmod +x killed; exec ${CC% gcc} ./killed -c a.c");
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended.status), Some(15));
}

#[test]
fn a_folder_that_cannot_be_written_breaks_nothing() {
    let project = Project::new(&[("a.c", "int main(void) { return 0; }\n")]);
    let output = project.run("POLUS_CAPTURE=/proc/none $CC a.c -o p; ./p");
    assert!(output.status.success());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("polus-cc: warning: not recorded in /proc/none"), "{message}");
}

#[test]
fn dependency_files_are_the_compilers() {
    let project = Project::new(&[("a.c", "#include \"a.h\"\n"), ("a.h", "int x;\n")]);
    project.build("gcc -MMD -MF plain.d -c a.c -o a.o; $CC -MMD -MF a.d -c a.c -o a.o; cmp plain.d a.d");
    project.build("gcc -Wp,-MD,plain.d -c a.c -o a.o; $CC -Wp,-MD,a.d -c a.c -o a.o; cmp plain.d a.d");
}

#[test]
fn cmake_with_ninja_and_make() {
    for generator in ["Ninja", "Unix Makefiles"] {
        let project = Project::new(&[
            (
                "CMakeLists.txt",
                "cmake_minimum_required(VERSION 3.10)\nproject(p C)\ninclude(CheckFunctionExists)\n\
                 check_function_exists(getpid HAS_GETPID)\nadd_library(util STATIC lib/used.c lib/unused.c)\n\
                 add_executable(server server.c)\ntarget_link_libraries(server util m)\n\
                 add_executable(tool tool.c)\n",
            ),
            ("lib/used.c", "int used(void) { return 7; }\n"),
            ("lib/unused.c", "int unused(void) { return 1; }\n"),
            ("server.c", MAIN),
            ("tool.c", "int main(void) { return 0; }\n"),
        ]);
        project.build(&format!("cmake -G '{generator}' -B build >&2; cmake --build build -j2; build/server"));
        assert_eq!(project.units("server"), ["server.c", "lib/used.c"], "{generator}");
        assert_eq!(project.units("tool"), ["tool.c"], "{generator}");
        assert!(usage(project.load(None)).ends_with("It holds: build/server, build/tool"));
    }
}

#[test]
fn meson() {
    let project = Project::new(&[
        (
            "meson.build",
            "project('p', 'c')\ncc = meson.get_compiler('c')\nassert(cc.has_function('getpid'))\n\
             util = static_library('util', 'lib/used.c', 'lib/unused.c')\n\
             executable('server', 'server.c', link_with: util)\n",
        ),
        ("lib/used.c", "int used(void) { return 7; }\n"),
        ("lib/unused.c", "int unused(void) { return 1; }\n"),
        ("server.c", MAIN),
    ]);
    project.build("meson setup build; ninja -C build; build/server");
    assert_eq!(units(&project.load(None)), ["server.c", "lib/used.c"]);
}

#[test]
fn autotools_with_libtool() {
    let project = Project::new(&[
        (
            "configure.ac",
            "AC_INIT([p],[1])\nAM_INIT_AUTOMAKE([foreign subdir-objects])\nAM_PROG_AR\nLT_INIT\nAC_PROG_CC\n\
             AC_CHECK_FUNCS([getpid])\nAC_CONFIG_FILES([Makefile])\nAC_OUTPUT\n",
        ),
        (
            "Makefile.am",
            "bin_PROGRAMS = server\nnoinst_LTLIBRARIES = libinner.la libutil.la\n\
             libinner_la_SOURCES = lib/inner.c\nlibutil_la_SOURCES = lib/used.c lib/unused.c\n\
             libutil_la_LIBADD = libinner.la\nserver_SOURCES = server.c\nserver_LDADD = libutil.la\n",
        ),
        ("lib/inner.c", "int inner(void) { return 7; }\n"),
        ("lib/used.c", "int inner(void); int used(void) { return inner(); }\n"),
        ("lib/unused.c", "int unused(void) { return 1; }\n"),
        ("server.c", MAIN),
    ]);
    project.build("autoreconf -i 2>&1; ./configure CC=\"$CC\"; make -j2; ./server");
    let mut found = units(&project.load(None));
    assert_eq!(found.remove(0), "server.c");
    found.sort();
    assert_eq!(found, ["lib/inner.c", "lib/used.c"]);
}

#[test]
fn the_makefile_fragment_captures_from_scratch() {
    let project = two_programs();
    let fragment = concat!(env!("CARGO_MANIFEST_DIR"), "/../polus.mk");
    project.build(&format!(
        "cp {fragment} .; printf 'POLUS_PROGRAM = server\\ninclude polus.mk\\n' >> Makefile"
    ));
    let make = "export CFLAGS=-DANSWER=7; make POLUS_CC=\"${CC% gcc}\" CC=gcc POLUS_CAPTURE=capture";
    project.build(&format!("make CC=gcc CFLAGS=-DANSWER=7; {make} -j2 polus-capture"));
    assert_eq!(project.units("server"), ["server.c", "log.c", "lib/used.c", "lib/deeper.c"]);
    let output = project.run(&format!("{make} polus-patch POLUS_OLD=./capture POLUS_BINARY=server"));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("POLUS_OLD is where this version is captured"), "{message}");
    assert_eq!(project.units("server").len(), 4);
}

#[test]
fn a_cache_before_the_compiler() {
    let project =
        Project::new(&[("ccache", "#!/bin/sh\nexec \"$@\"\n"), ("a.c", "int main(void) { return 0; }\n")]);
    project.build("chmod +x ccache; PATH=$PWD:$PATH; ${CC% gcc} ccache gcc -m64 a.c -o p; ./p");
    let loaded = project.load(Some("p")).unwrap();
    assert_eq!(
        (loaded.tree.units[0].compiler.as_str(), &loaded.tree.units[0].flags[..]),
        ("gcc", &["-m64".to_string()][..])
    );
}

#[test]
fn a_copied_tree_is_a_tree_of_its_own() {
    let project = two_programs();
    project.build("export POLUS_CAPTURE=$PWD/old/capture; mkdir old; mv [^o]* old/; cd old; make CC=\"$CC\" CFLAGS=-DANSWER=7");
    project.build("cp -r --preserve=timestamps old new; cd new; echo 'int more;' >> log.c; export POLUS_CAPTURE=$PWD/capture; make CC=\"$CC\" CFLAGS=-DANSWER=7");
    let select = |build_id: &str| Select {
        program: Some("server".to_string()),
        build_id: Some(build_id.to_string()),
        ..Select::default()
    };
    let new = load(&project.path().join("new/capture"), &select("00"), &[]).unwrap();
    assert_eq!(new.tree.root, project.path().join("new"));
    assert_eq!(units(&Ok(new.clone())), ["server.c", "log.c", "lib/used.c", "lib/deeper.c"]);
    let texts: Vec<_> = new.tree.units.iter().map(|unit| unit.text.contains("int more;")).collect();
    assert_eq!(texts, [false, true, false, false]);
    assert!(new.notes[0].title.contains("not the server that was captured"), "{:?}", new.notes);
}
