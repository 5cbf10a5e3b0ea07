//! Entries that keep registers: an old caller that is still active may count on registers that the
//! replaced code happened to leave alone (gcc's -fipa-ra; design rule 3).

use super::{Block, Patch};
use crate::cross::Versions;
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program};
use crate::running::Running;
use polus_runtime::rules::Rule;

/// Leads the rows of such functions to an entry that keeps what their old callers count on.
///
/// # Errors
/// A function whose arguments lie on the stack cannot be called through another entry.
pub fn keep(versions: Versions, running: &Running, patch: &mut Patch) -> Result<(), Vec<Diagnostic>> {
    for &id in versions.relations.affected.keys().filter(|_| Rule::Registers.holds()) {
        let Some(ours) = versions.changes.pairing.to_old[id] else { continue };
        let kept = running.kept_by_callers(ours);
        if !kept.is_empty() {
            install(versions, id, &kept, patch).map_err(|told| vec![told])?;
        }
    }
    Ok(())
}

fn install(versions: Versions, id: ItemId, kept: &[String], patch: &mut Patch) -> Result<(), Diagnostic> {
    let new = versions.new;
    let original = &new.items[id].original;
    let replaced = |kind: &str| kind == "POLUS_REPLACED";
    let rows = patch.tables.functions.iter_mut().filter(|row| row.name == *original && replaced(row.kind));
    let files = new.files(id);
    for row in rows.filter(|row| row.file.is_empty() || files.contains(&row.file.as_str())) {
        if on_stack(&new.items[id].entity.shape) {
            return Err(refusal(new, id, kept));
        }
        let name = format!("polus_entry_{}", row.version_name);
        row.reason += &format!("; its entry keeps {}, which an old caller counts on", kept.join(", "));
        row.code = format!("(void *){name}");
        let why =
            format!("{}: old callers count on {} across calls of it", super::at(new, id), kept.join(", "));
        patch.functions.push(Block { why, text: stub(&name, &row.version_name, kept) });
    }
    Ok(())
}

fn refusal(new: &Program, id: ItemId, kept: &[String]) -> Diagnostic {
    let title = new.title(id);
    Diagnostic::error(format!("{title} cannot be replaced: its callers count on {}", kept.join(", ")))
        .at(new.place(id), "this function takes arguments on the stack")
        .note("the compiler saw that the old code leaves these registers alone, and keeps values in them")
        .help("restart the program for this change, or leave this function as it is in this update")
}

/// Some argument may lie on the stack, by the canonical type of the function.
fn on_stack(shape: &str) -> bool {
    let Some(arguments) = shape.rsplit_once('(').map(|(_, inner)| inner) else { return true };
    let each = || arguments.trim_end_matches(')').split(',');
    let by_value =
        |a: &str| !a.contains('*') && ["struct", "union", "long double", "..."].iter().any(|w| a.contains(w));
    shape.matches('(').count() != 1 || each().count() > 6 || each().any(by_value)
}

/// C text of an entry that calls `target` and keeps registers across it.
fn stub(name: &str, target: &str, kept: &[String]) -> String {
    let room = if kept.iter().any(|register| register.starts_with(['y', 'z'])) { 64 } else { 16 };
    let slot = |at: usize| format!("{}(%%rsp)", room * at);
    let with = |register: &str| match &register[..1] {
        "x" => "movups",
        "y" | "z" => "vmovups",
        _ => "movq",
    };
    let save = |(at, r): (usize, &String)| format!("\"{} %%{r}, {}\\n\\t\"", with(r), slot(at));
    let restore = |(at, r): (usize, &String)| format!("\"{} {}, %%{r}\\n\\t\"", with(r), slot(at));
    let lines = [
        "\"pushq %%rbp\\n\\t.cfi_def_cfa_offset 16\\n\\t.cfi_offset 6, -16\\n\\t\"".to_string(),
        "\"movq %%rsp, %%rbp\\n\\t.cfi_def_cfa_register 6\\n\\t\"".to_string(),
        format!("\"subq ${}, %%rsp\\n\\tandq $-16, %%rsp\\n\\t\"", room * kept.len()),
    ];
    let saved = kept.iter().enumerate().map(save);
    let restored = kept.iter().enumerate().map(restore);
    let ends = ["\"leave\\n\\t.cfi_def_cfa 7, 8\\n\\tret\"".to_string(), format!(":: \"i\"({target}));")];
    let call = ["\"call %P0\\n\\t\"".to_string()];
    let body: Vec<String> = lines
        .into_iter()
        .chain(saved)
        .chain(call)
        .chain(restored)
        .chain(ends)
        .map(|l| format!("        {l}"))
        .collect();
    format!(
        "static __attribute__((naked, used)) void {name}(void)\n{{\n    __asm__(\n{}\n}}",
        body.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_on_the_stack_are_recognised() {
        assert!(!on_stack("int (struct client *, long, char *)"));
        assert!(on_stack("int (int, int, int, int, int, int, int)"));
        assert!(on_stack("int (const char *, ...)"));
        assert!(on_stack("int (struct pair)"));
        assert!(on_stack("int (int (*)(int))"), "what is not understood counts as one");
    }
}
