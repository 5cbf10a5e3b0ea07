//! Damaged executables: errors, never panics.

mod common;

use std::fs::File;
use std::io::{Seek, Write};
use std::sync::OnceLock;

use common::Program;
use polus_binary::Binary;
use proptest::prelude::*;

const SOURCE: &str = r#"
#include <stdio.h>
struct list { struct list *next; int value : 5; union { long l; char c[8]; }; };
static struct list head; static __thread int slot; enum kind { ONE, TWO } kind;
static inline int helper(int x) { static int calls; return ++calls + x; }
__attribute__((noinline)) static int work(struct list *l, int n) {
    switch (n) { case 1: puts("a"); case 2: puts("b"); break; case 3: return helper(n); case 4: slot++; case 5: n *= 3; case 6: puts("c"); }
    return l->value + helper(n) + slot;
}
int main(int n, char **v) { head.value = n; return work(&head, n) + kind; }
"#;

/// Programs of all kinds of DWARF, and one whose sections are compressed.
fn originals() -> &'static [Vec<u8>] {
    static BYTES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let formats = [
            &["-O2", "-g", "-gdwarf-5"][..],
            &["-O2", "-g", "-gdwarf-4", "-no-pie"],
            &["-O2", "-g", "-gdwarf-4", "-fdebug-types-section"],
            &["-O2", "-g", "-gz"],
        ];
        let build =
            |flags: &[&str]| std::fs::read(Program::build(&[("garbage.c", SOURCE)], flags).path).unwrap();
        formats.iter().map(|flags| build(flags)).collect()
    })
}

/// Asks everything that can be asked; answers do not matter.
fn ask_everything(bytes: &[u8]) {
    let mut file: File = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    let Ok(binary) = Binary::from_file(&file, "garbage", &[], None) else { return };
    let _ = (binary.build_id(), binary.text_digest(), binary.has_debug_info());
    if let Ok(symbols) = binary.symbols() {
        for symbol in symbols.iter() {
            assert!(symbols.named(symbol.name).any(|other| other == symbol));
            symbols.function_at(symbol.svma);
            let _ = binary.padding_after(symbol.range().end);
            binary.branches_into(&[symbol.range()], 0..u64::MAX);
        }
    }
    let _ = binary.references_to(0..u64::MAX);
    for (name, file, function) in [
        ("head", Some("garbage.c"), None),
        ("calls", None, Some("helper")),
        ("slot", None, None),
        ("kind", None, None),
        ("nothing", None, Some("work")),
    ] {
        let _ = binary.variable(name, file, function);
    }
    let Ok(info) = binary.debug_info() else { return };
    for function in info.functions() {
        info.inlined_into(&function.key);
        let _ = binary.clones_of(&function.key);
        for instance in &function.instances {
            info.function_at(instance.entry);
            for callee in info.functions().iter().filter_map(|function| function.entry()) {
                let _ = binary.kept_across_calls(&instance.ranges, callee.entry);
            }
        }
    }
    for name in ["struct list", "enum kind", "int", "FILE"] {
        info.layouts(name, None);
    }
}

#[test]
fn originals_answer() {
    originals().iter().for_each(|bytes| ask_everything(bytes));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cut_off(which in 0..3usize, share in 0.0..1.0f64) {
        let bytes = &originals()[which];
        ask_everything(&bytes[..(bytes.len() as f64 * share) as usize]);
    }

    #[test]
    fn flipped(which in 0..3usize, flips in prop::collection::vec((0.0..1.0f64, any::<u8>()), 1..40)) {
        let mut bytes = originals()[which].clone();
        for (share, value) in flips {
            let at = (bytes.len() as f64 * share) as usize;
            bytes[at] ^= value;
        }
        ask_everything(&bytes);
    }

    /// Headers decide about everything else: more of them.
    #[test]
    fn flipped_headers(which in 0..3usize, end in any::<bool>(), flips in prop::collection::vec((0..2048usize, any::<u8>()), 1..6)) {
        let mut bytes = originals()[which].clone();
        let len = bytes.len();
        for (at, value) in flips {
            let at = if end { len - 1 - at } else { at };
            bytes[at] ^= value;
        }
        ask_everything(&bytes);
    }

    #[test]
    fn overwritten(which in 0..3usize, share in 0.0..1.0f64, junk in prop::collection::vec(any::<u8>(), 1..600)) {
        let mut bytes = originals()[which].clone();
        let at = (bytes.len() as f64 * share) as usize;
        let end = (at + junk.len()).min(bytes.len());
        bytes[at..end].copy_from_slice(&junk[..end - at]);
        ask_everything(&bytes);
    }
}
