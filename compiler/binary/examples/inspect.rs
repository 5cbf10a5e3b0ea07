//! Prints what an executable tells and how long each question takes:
//! `cargo run --release -p polus-binary --example inspect -- EXE [FUNCTION…]`

use std::path::Path;
use std::time::Instant;

use polus_binary::{Binary, Error, Presence, ReferenceKind};

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: inspect EXE [FUNCTION…]");
        std::process::exit(2);
    };
    let binary = timed("open", || Binary::open(Path::new(&path), None))?;
    timed("symbols", || binary.symbols().map(|_| ()))?;
    println!(
        "{} symbols, build-id {:?}, pie {}",
        binary.symbols()?.len(),
        binary.build_id(),
        binary.is_pie()
    );
    println!("text {}", timed("digest", || binary.text_digest()));
    timed("references", || binary.references_to(0..0).map(|_| ()))?;
    let info = timed("debug info", || binary.debug_info())?;
    let count = |presence| info.functions().iter().filter(|f| f.presence() == presence).count();
    println!(
        "{} units, functions: {} with an entry, {} only clones, {} only inlined, {} nowhere",
        info.units().count(),
        count(Presence::Entry),
        count(Presence::OnlyClones),
        count(Presence::OnlyInlined),
        count(Presence::Nowhere),
    );
    let copies: usize = timed("inlined copies of all functions", || {
        info.functions().iter().map(|function| info.inlined_into(&function.key).len()).sum()
    });
    let clones: usize = timed("clones of all functions", || -> Result<usize, Error> {
        info.functions().iter().map(|function| Ok(binary.clones_of(&function.key)?.len())).sum()
    })?;
    println!("{copies} inlined copies, {clones} clones");
    println!("first variable: {:?}", timed("variable by DWARF", || binary.variable("no such", None, None))?);
    let kept = timed("registers kept across calls, whole program", || kept_across_calls(&binary))?;
    println!("{kept} callers keep caller-saved registers across some call");
    arguments.try_for_each(|name| show(&binary, &name))
}

fn kept_across_calls(binary: &Binary) -> Result<usize, Error> {
    let info = binary.debug_info()?;
    let mut keepers = std::collections::BTreeSet::new();
    for callee in info.functions().iter().filter_map(|function| function.entry()) {
        for reference in binary.references_to(callee.entry..callee.entry + 1)? {
            let caller = info.function_at(reference.from).filter(|_| reference.kind == ReferenceKind::Call);
            if let Some((_, caller)) = caller
                && !binary.kept_across_calls(&caller.ranges, callee.entry)?.is_empty()
            {
                keepers.insert(caller.entry);
            }
        }
    }
    Ok(keepers.len())
}

fn show(binary: &Binary, name: &str) -> Result<(), Error> {
    let info = binary.debug_info()?;
    for function in info.functions().iter().filter(|function| function.key.name == name) {
        println!("{function:#x?}");
        for copy in info.inlined_into(&function.key) {
            let chain: Vec<_> = copy.chain.iter().map(|key| key.name.as_str()).collect();
            println!("  inlined: {} at {:#x}", chain.join(" < "), copy.entry);
        }
        binary.clones_of(&function.key)?.iter().for_each(|clone| println!("  clone: {clone:x?}"));
        for range in function.instances.iter().flat_map(|instance| &instance.ranges) {
            for reference in binary.references_to(range.start..range.start + 1)? {
                let holder = binary.symbols()?.function_at(reference.from).map(|symbol| symbol.name);
                println!("  {:?} from {:#x} {}", reference.kind, reference.from, holder.unwrap_or("data"));
            }
        }
    }
    Ok(())
}

fn timed<T>(what: &str, question: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let answer = question();
    println!("{what}: {:.3} ms", start.elapsed().as_secs_f64() * 1e3);
    answer
}
