//! Entries for old callers: they may count on registers that the replaced code happened to leave alone
//! (gcc's -fipa-ra), and on its need of no aligned stack (design rule 3).

use super::{Block, Patch};
use crate::cross::Versions;
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program};
use crate::running::Running;
use polus_binary::Kept;
use polus_runtime::rules::Rule;

/// Leads the rows of such functions to an entry that keeps what their old callers count on.
///
/// # Errors
/// A function whose arguments on the stack are not understood cannot be called through another entry.
pub fn keep(versions: Versions, running: &Running, patch: &mut Patch) -> Result<(), Vec<Diagnostic>> {
    for &id in versions.relations.affected.keys() {
        let Some(ours) = versions.changes.pairing.to_old[id] else { continue };
        let kept = if Rule::Registers.holds() { running.kept_by_callers(ours) } else { vec![] };
        let unaligned = Rule::Alignment.holds() && running.is_called_unaligned(ours);
        if !kept.is_empty() || unaligned {
            install(versions, [ours, id], &Entry { kept, unaligned }, patch).map_err(|told| vec![told])?;
        }
    }
    Ok(())
}

/// What an entry does for old callers.
struct Entry {
    kept: Vec<Kept>,
    unaligned: bool,
}

impl Entry {
    fn explain(&self) -> String {
        let names: Vec<&str> = self.kept.iter().map(|kept| kept.name.as_str()).collect();
        let keeps =
            (!names.is_empty()).then(|| format!("keeps {}, which an old caller counts on", names.join(", ")));
        let aligns = self.unaligned.then(|| "aligns the stack, which an old caller does not".to_string());
        keeps.into_iter().chain(aligns).collect::<Vec<_>>().join(", and ")
    }
}

fn install(
    versions: Versions,
    [ours, id]: [ItemId; 2],
    entry: &Entry,
    patch: &mut Patch,
) -> Result<(), Diagnostic> {
    let Versions { old, new, .. } = versions;
    let original = &new.items[id].original;
    let replaced = |kind: &str| kind == "POLUS_REPLACED";
    let rows = patch.tables.functions.iter_mut().filter(|row| row.name == *original && replaced(row.kind));
    // a row names the file as the process knows it, and files move
    let files = [old.files(ours), new.files(id)].concat();
    for row in rows.filter(|row| row.file.is_empty() || files.contains(&row.file.as_str())) {
        let Some(words) = words_on_stack(&new.items[id].entity.shape) else {
            return Err(refusal(new, id, entry));
        };
        let name = format!("polus_entry_{}", row.version_name);
        row.reason += &format!("; its entry {}", entry.explain());
        row.code = format!("(void *){name}");
        let why = format!("{}: the entry for old callers {}", super::at(new, id), entry.explain());
        patch.functions.push(Block { why, text: stub(&name, &row.version_name, &entry.kept, words) });
    }
    Ok(())
}

fn refusal(new: &Program, id: ItemId, entry: &Entry) -> Diagnostic {
    let title = new.title(id);
    Diagnostic::error(format!("{title} cannot be replaced: its new entry {}", entry.explain()))
        .at(new.place(id), "this function takes arguments on the stack, which no such entry can pass on")
        .note("the compiler saw that the old code leaves these registers, or the stack, alone, and relies on it")
        .help("restart the program for this change, or leave this function as it is in this update")
}

/// How many words of arguments a function may get on the stack, by its shape: `(int,*struct s)->*int`.
/// `None`: structures by value, variable arguments, or anything not understood.
fn words_on_stack(shape: &str) -> Option<usize> {
    let (parameters, result) = parameters(shape)?;
    let large = |p: &&str| {
        ["struct ", "union ", "{", "long double", "__int128", "_Complex", "...", "?", "("]
            .iter()
            .any(|w| p.contains(w))
    };
    let pointer = |p: &&str| p.trim_start_matches(|c: char| c.is_alphabetic() || c == ' ').starts_with('*');
    if parameters.iter().any(|p| large(p) && !pointer(p)) {
        return None;
    }
    let floats =
        parameters.iter().filter(|p| !pointer(p) && (p.contains("float") || p.contains("double"))).count();
    let integers = parameters.len() - floats + usize::from(large(&result) && !pointer(&result));
    Some(integers.saturating_sub(6) + floats.saturating_sub(8))
}

/// A function's shape taken apart.
fn parameters(shape: &str) -> Option<(Vec<&str>, &str)> {
    let (mut depth, mut start, mut found) = (0, 1, vec![]);
    for (at, c) in shape.char_indices() {
        match c {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 || depth == 1 && c == ',' {
            found.push(&shape[start.min(at)..at]);
            start = at + 1;
        }
        if depth == 0 {
            let result = shape[at + 1..].strip_prefix("->")?;
            found.retain(|p| !p.is_empty());
            return Some((found, result));
        }
    }
    None
}

/// C text of an entry that calls `target` with an aligned stack, and keeps registers across it.
fn stub(name: &str, target: &str, kept: &[Kept], words: usize) -> String {
    let size = |kept: &Kept| kept.bytes.next_multiple_of(16);
    let slots: Vec<u32> = kept
        .iter()
        .scan(0, |end, kept| {
            let at = *end;
            *end += size(kept);
            Some(at)
        })
        .collect();
    let line = |text: String| format!("\"{text}\\n\\t\"");
    let mut lines = vec![
        line("pushq %%rbp".into()),
        line(".cfi_def_cfa_offset 16".into()),
        line(".cfi_offset 6, -16".into()),
        line("movq %%rsp, %%rbp".into()),
        line(".cfi_def_cfa_register 6".into()),
    ];
    let room: u32 = kept.iter().map(size).sum();
    lines.extend((room > 0).then(|| line(format!("subq ${room}, %%rsp"))));
    lines.push(line("andq $-16, %%rsp".into()));
    let both = || kept.iter().zip(&slots);
    lines.extend(both().map(|(k, at)| line(format!("{} %%{}, {at}(%%rsp)", carry(k), k.name))));
    let pad = words % 2;
    lines.extend((pad > 0).then(|| line("subq $8, %%rsp".into())));
    lines.extend((0..words).rev().map(|word| line(format!("pushq {}(%%rbp)", 16 + 8 * word))));
    lines.push(line("call %P0".into()));
    lines.extend((words > 0).then(|| line(format!("addq ${}, %%rsp", 8 * (words + pad)))));
    lines.extend(both().map(|(k, at)| line(format!("{} {at}(%%rsp), %%{}", carry(k), k.name))));
    lines.extend([line("leave".into()), line(".cfi_def_cfa 7, 8".into()), line(".cfi_restore 6".into())]);
    lines.extend(["\"ret\"".to_string(), format!(":: \"i\"({target}));")]);
    let body: Vec<String> = lines.into_iter().map(|line| format!("        {line}")).collect();
    format!(
        "static __attribute__((naked, used)) void {name}(void)\n{{\n    __asm__(\n{}\n}}",
        body.join("\n")
    )
}

/// The instruction that moves as much of a register as is kept.
fn carry(kept: &Kept) -> &'static str {
    match (kept.name.as_bytes()[0], kept.bytes) {
        (b'k', 8) => "kmovq",
        (b'k', _) => "kmovw",
        (b'y', _) => "vmovups",
        (b'z', _) => "vmovups",
        (b'x', _) if is_high(&kept.name) => "vmovups",
        (b'x', _) => "movups",
        _ => "movq",
    }
}

/// Vector registers 16 to 31 have no instructions without EVEX.
fn is_high(name: &str) -> bool {
    name[3..].parse().is_ok_and(|number: u32| number > 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_on_the_stack_are_counted() {
        assert_eq!(words_on_stack("(*struct client,long,*char)->int"), Some(0));
        assert_eq!(words_on_stack("()->void"), Some(0));
        assert_eq!(words_on_stack("(int,int,int,int,int,int,int)->int"), Some(1));
        assert_eq!(words_on_stack("(int,int,int,int,int,int)->struct large"), Some(1));
        assert_eq!(words_on_stack("(double,int,int,int,int,int,int)->int"), Some(0));
        assert_eq!(words_on_stack("(*const char,...)->int"), None);
        assert_eq!(words_on_stack("(int,struct pair)->*int"), None);
        assert_eq!(words_on_stack("(*(int)->int,long double)->int"), None);
        assert_eq!(words_on_stack("(*(int)->int,const *int)->int"), Some(0));
        assert_eq!(words_on_stack("int (int)"), None, "what is not understood");
    }
}
