//! Whether a patch belongs to a process at all (rule 10), and in its order.

use crate::error::{Fault, Result};
use crate::facts::executable::Executable;
use crate::facts::patch_file::PatchFile;
use crate::facts::program::Program;
use crate::facts::registry::{Record, Registry};
use polus_runtime::abi::kind;
use polus_runtime::rules::Rule;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Symbols that a linker adds, and that nobody has to define.
const LINKER_SYMBOLS: [&str; 4] =
    ["__gmon_start__", "_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable", "__cxa_finalize"];

/// What is so about the process as a whole.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// `process 12 (server)`.
    pub name: String,
    /// Path of the executable.
    pub exe: PathBuf,
    /// Of the executable.
    pub build_id: Option<String>,
    /// SHA-256 of .text, read where the patch asks for it.
    pub text_digest: Option<String>,
    /// Actual less stated address in the executable.
    pub bias: u64,
    /// Sonames and file names of all images.
    pub libraries: BTreeSet<String>,
    /// Those symbols among the patch's undefined ones that some image exports.
    pub exported: BTreeSet<String>,
}

/// Refuses a program without ld.so. Where a static one has `dlopen` inside, that brings
/// a second C library along, with other locks, threads and memory than the program's.
pub fn loads_libraries(process: &str, executable: &Executable) -> Result<()> {
    if executable.dynamic {
        return Ok(());
    }
    let exe = executable.path.display();
    Err(Fault::refused(format!(
        "{process}: {exe} is linked statically, it cannot load a patch: there is no ld.so in it"
    ))
    .hint("restart it with the new version; linked without -static it can take the update after that"))
}

/// Refuses a patch made for something else.
pub fn belongs(target: &Target, patch: &PatchFile) -> Result<()> {
    let tables = &patch.tables;
    let own = target.exe.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let of_program = if tables.program.is_empty() || tables.program == own {
        format!("another build of {own}")
    } else {
        format!("another program, {},", tables.program)
    };
    if !Rule::Build.holds() {
        return Ok(());
    }
    let wrong = |what: &str, wanted: &str, found: &str| {
        Err(Fault::refused(format!(
            "{}: {} was constructed for {of_program} with {what} {wanted}; {} has {found}",
            target.name,
            patch.name,
            target.exe.display()
        ))
        .hint("construct the patch with --binary naming the executable that runs"))
    };
    let found = target.build_id.as_deref().unwrap_or("none");
    if !tables.build_id.is_empty() && tables.build_id != found {
        return wrong("build-id", &tables.build_id, found);
    }
    let found = target.text_digest.as_deref().unwrap_or("none");
    if tables.build_id.is_empty() && !tables.text_digest.is_empty() && tables.text_digest != found {
        return wrong("text digest", &tables.text_digest, found);
    }
    Ok(())
}

/// Refuses a patch that is applied already, or that does not follow the version.
/// Returns the record that can be used again.
pub fn follows<'a>(target: &Target, registry: &'a Registry, patch: &PatchFile) -> Result<Option<&'a Record>> {
    let known = registry.by_digest(&patch.digest);
    let (process, name) = (&target.name, &patch.name);
    if known.is_some_and(|record| record.state == kind::ACTIVE) {
        return Err(Fault::refused(format!("{process}: {name} is already applied")));
    }
    let (from, to, version) = (patch.tables.from_version, patch.tables.to_version, registry.version);
    if from != version {
        return Err(Fault::refused(format!(
            "{process}: {name} leads from version {from} to {to}, the process is at {version}"
        ))
        .hint("apply the patches in their order; `polus status` shows them"));
    }
    if let Some(last) = registry.chain(version).last().filter(|last| last.to != patch.tables.from) {
        return Err(Fault::refused(format!(
            "{process}: {name} does not follow {}, the newest patch: it starts from another program",
            last.name
        ))
        .hint("construct it from the sources that the newest patch led to"));
    }
    Ok(known)
}

/// Refuses what ld.so would not find, before it is asked.
pub fn loads(target: &Target, program: &Program, patch: &PatchFile) -> Result<()> {
    let imports: BTreeSet<&str> = patch.tables.imports.iter().map(|import| import.symbol.as_str()).collect();
    // What is weak may be missing in the program, too; what the program has must be bound.
    let may_miss = |symbol: &str, weak: bool| weak && !program.defines(symbol);
    let unknown = patch.undefined.iter().find(|(symbol, weak)| {
        !may_miss(symbol, *weak)
            && !imports.contains(symbol.as_str())
            && !LINKER_SYMBOLS.contains(&symbol.as_str())
            && !target.exported.contains(symbol)
    });
    if let Some((symbol, _)) = unknown {
        return Err(Fault::refused(format!(
            "{}: {} needs `{symbol}`, which no loaded library defines and which is not among its imports",
            target.name, patch.name
        ))
        .hint("if the program defines it, it belongs into polus_import; if a library does, the program must have loaded it"));
    }
    match patch.needed.iter().find(|library| !target.libraries.contains(*library)) {
        Some(library) => Err(Fault::refused(format!(
            "{}: {} is linked to {library}, which the process has not loaded",
            target.name, patch.name
        ))),
        None => Ok(()),
    }
}

/// A patch constructed without the binary knows nothing of inlined copies, clones
/// and layouts (rules 1, 2 and 9): refuses where they matter.
pub fn complete(program: &Program, patch: &PatchFile) -> Result<()> {
    let tables = &patch.tables;
    let replaced: BTreeSet<&str> = tables.functions.iter().map(|function| function.name.as_str()).collect();
    let construct = |what: String| Err(Fault::refused(what).hint("construct the patch with --binary"));
    if let Some(file) = program.undescribed_files()?.first() {
        return construct(format!(
            "`{file}` was compiled without debug information, and may hold copies of what the patch replaces"
        ));
    }
    for function in tables.functions.iter().filter(|function| function.kind == kind::REPLACED) {
        let name = &function.name;
        let holders = program.inlined_into(name, &function.file)?;
        if let Some(holder) = holders.iter().find(|holder| !replaced.contains(holder.as_str())) {
            return construct(format!(
                "`{name}` is inlined into `{holder}`, which the patch does not replace"
            ));
        }
        if let Some(clone) = program.clones(name, &function.file)?.first() {
            return construct(format!("the compiler made the clone `{clone}` of `{name}`"));
        }
    }
    layouts(program, patch)
}

/// Refuses a patch whose types lie otherwise in the process (rule 9).
pub fn layouts(program: &Program, patch: &PatchFile) -> Result<()> {
    let checked = patch.tables.layouts.iter().filter(|_| Rule::Layouts.holds());
    match checked.into_iter().find_map(|layout| program.layout_conflict(layout)) {
        Some(conflict) => Err(Fault::refused(conflict)
            .hint("construct the patch from the sources of the process, with --binary")),
        None => Ok(()),
    }
}
