//! `polus dump`: what a patch contains.

use crate::cli::Dump;
use crate::command::output::{Output, Report};
use crate::facts::image::hex;
use crate::facts::patch_file::{self, PatchFile, Tables};
use polus_runtime::abi::kind;
use serde_json::json;

/// Runs the command; returns the exit status.
pub fn run(arguments: &Dump, output: &Output) -> u8 {
    match patch_file::read(&arguments.patch) {
        Ok(patch) => {
            let json = json!({ "name": patch.name, "sha256": hex(&patch.digest), "tables": patch.tables });
            output.results(vec![Report { pid: 0, text: text(&patch), json }]);
            0
        }
        Err(fault) => {
            output.error(&fault);
            fault.exit_code()
        }
    }
}

fn text(patch: &PatchFile) -> String {
    let tables = &patch.tables;
    let or = |text: &str, other: &str| if text.is_empty() { other.to_string() } else { text.to_string() };
    let mut lines = vec![
        format!(
            "{}: patch {} for {}",
            patch.name,
            or(&tables.id, "without id"),
            or(&tables.program, "any program")
        ),
        format!("  version {} to {}", tables.from_version, tables.to_version),
        format!("  build-id {}", or(&tables.build_id, "unknown: constructed without --binary")),
        format!("  sha256 {}", hex(&patch.digest)),
    ];
    lines.extend(functions(tables));
    lines.extend(variables(tables));
    lines.extend(callbacks(patch));
    let imports = tables.imports.iter().filter(|import| import.kind != kind::RUNTIME);
    lines.extend(imports.map(|import| format!("  uses {}", shown(&import.file, &import.name))));
    lines.extend(
        tables.layouts.iter().map(|layout| format!("  shares {} ({} bytes)", layout.r#type, layout.size)),
    );
    lines.extend(extended(tables));
    lines.join("\n")
}

fn extended(tables: &Tables) -> Vec<String> {
    let line = |(number, found): (usize, &patch_file::ExtensionType)| {
        let named = tables.companions.iter().filter(|companion| companion.r#type == number);
        let named = match named.map(|companion| companion.count).sum() {
            0u64 => String::new(),
            count => format!(", {count} of them named"),
        };
        let start = if found.start == 0 { "" } else { ", started by hand-written code" };
        let (name, size, bytes) = (&found.name, found.size, found.object_size);
        format!("  extends {name} by {size} bytes beside objects of {bytes} bytes{named}{start}")
    };
    tables.extension_types.iter().enumerate().map(line).collect()
}

fn functions(tables: &Tables) -> Vec<String> {
    let verb = |kind: u32| match kind {
        kind::REPLACED => "replaces",
        kind::ADDED => "adds",
        _ => "removes",
    };
    let line = |function: &patch_file::Function| {
        let mut line =
            format!("  {} function {}", verb(function.kind), shown(&function.file, &function.name));
        if !function.version_name.is_empty() {
            line += &format!(" by {}", function.version_name);
        }
        if function.flags & kind::NO_ENTRY != 0 {
            line += " (no entry of its own)";
        }
        if function.flags & kind::NEVER_RETURNS != 0 {
            line += " (never returns)";
        }
        if function.flags & kind::RELIES != 0 {
            line += " (must be left)";
        }
        line + &because(&function.reason)
    };
    tables.functions.iter().map(line).collect()
}

fn variables(tables: &Tables) -> Vec<String> {
    let verb = |kind: u32| match kind {
        kind::MIGRATED => "migrates",
        kind::NEW => "adds",
        _ => "adopts the initialiser of",
    };
    let line = |variable: &patch_file::Variable| {
        let name = match variable.function.is_empty() {
            true => shown(&variable.file, &variable.name),
            false => format!("{}:{}", shown(&variable.file, &variable.function), variable.name),
        };
        let sizes = format!(" ({} to {} bytes)", variable.old_size, variable.new_size);
        format!("  {} variable {name}", verb(variable.kind)) + &sizes + &because(&variable.reason)
    };
    tables.variables.iter().map(line).collect()
}

fn callbacks(patch: &PatchFile) -> Vec<String> {
    let tables = &patch.tables;
    let function = |number: u32| {
        tables.functions.get(number as usize).map_or(String::new(), |f| shown(&f.file, &f.name))
    };
    let variable = |number: u32| {
        tables.variables.get(number as usize).map_or(String::new(), |v| shown(&v.file, &v.name))
    };
    let line = |callback: &patch_file::Callback| {
        let name = patch.code.iter().find(|symbol| symbol.address == callback.code);
        let name = name.map_or("hand-written code", |symbol| symbol.name.as_str());
        let when = match callback.kind {
            kind::PRE_UPDATE if tables.veto != 0 => "before the update, and may forbid it".to_string(),
            kind::PRE_UPDATE => "before the update".to_string(),
            kind::THREAD_LEFT => {
                format!("each time a thread has left the old {}", function(callback.subject))
            }
            kind::FUNCTION_LEFT => {
                format!("when all threads have left the old {}", function(callback.subject))
            }
            kind::DATA_UNUSED => format!("when no active old function uses {}", variable(callback.subject)),
            _ => "after the update".to_string(),
        };
        format!("  calls {name} {when}")
    };
    tables.callbacks.iter().map(line).collect()
}

fn shown(file: &str, name: &str) -> String {
    if file.is_empty() { name.to_string() } else { format!("{file}:{name}") }
}

fn because(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(", because {reason}") }
}
