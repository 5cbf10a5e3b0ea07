//! Compiles the C library that lives in the target into one shared object.

use std::{env, path::PathBuf, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rerun-if-changed=include");
    let output = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("polus-runtime.so");
    let compiler = cc::Build::new().opt_level(2).get_compiler();
    let status = Command::new(compiler.path())
        .args(["-std=gnu11", "-O2", "-fPIC", "-shared", "-nostdlib", "-ffreestanding"])
        .args(["-Wall", "-Wextra", "-Werror", "-fno-stack-protector", "-fno-tree-loop-distribute-patterns"])
        .args(["-Wl,-soname,polus-runtime.so", "-Wl,-z,noexecstack", "-Wl,--hash-style=both", "-Wl,-s"])
        // without its index of frames no unwinder passes a door, and that is only a warning
        .args(["-Wl,--fatal-warnings", "-Wl,-z,text"])
        .args([
            "-Iinclude",
            "src/registry.c",
            "src/memory.c",
            "src/convert.c",
            "src/cohere.c",
            "src/guard.c",
            "src/call.c",
            "src/leaving.c",
            "src/vector.c",
            "src/records_memory.c",
            "src/records_index.c",
            "src/starting.c",
            "src/extension.c",
            "src/extension_copy.c",
            "src/extension_heap.c",
        ])
        .args(["src/doors.S", "-o"])
        .arg(&output)
        .status()
        .unwrap_or_else(|error| panic!("cannot run the C compiler {}: {error}", compiler.path().display()));
    assert!(status.success(), "the C library of the target does not compile");
}
