//! The names by which polusc knows hand-written functions.

use super::{Purpose, Written};
use crate::diag::Diagnostic;
use crate::merge::Mentioned;

/// Names that stand alone.
const WHOLE: &[(&str, Purpose)] =
    &[("polus_pre_update", Purpose::PreUpdate), ("polus_post_update", Purpose::PostUpdate)];
/// Names that end in what they are about.
const ABOUT: &[(&str, Purpose)] = &[
    ("polus_thread_left_", Purpose::ThreadLeft),
    ("polus_function_left_", Purpose::FunctionLeft),
    ("polus_data_unused_", Purpose::DataUnused),
    ("polus_to_new_", Purpose::ToNew),
    ("polus_to_old_", Purpose::ToOld),
    ("polus_extend_", Purpose::Extend),
];

/// What each function of a callbacks file is for; those without a known name are its own affair.
///
/// # Errors
/// Names that begin as if polusc knew them, and it does not.
pub fn recognise(functions: &[Mentioned]) -> Result<Vec<Written>, Vec<Diagnostic>> {
    let (mut written, mut errors) = (vec![], vec![]);
    for function in functions.iter().filter(|function| function.name.starts_with("polus_")) {
        match purpose(&function.name) {
            Some((purpose, subject)) => written.push(Written {
                name: function.name.clone(),
                purpose,
                subject: subject.to_string(),
                place: function.place.clone(),
            }),
            None => errors.push(refusal(function)),
        }
    }
    if errors.is_empty() { Ok(written) } else { Err(errors) }
}

fn purpose(name: &str) -> Option<(Purpose, &str)> {
    let whole = WHOLE.iter().find(|(known, _)| *known == name).map(|(_, purpose)| (*purpose, ""));
    let about = || {
        let (begin, purpose) = ABOUT.iter().find(|(begin, _)| name.starts_with(begin))?;
        Some((*purpose, &name[begin.len()..])).filter(|(_, subject)| !subject.is_empty())
    };
    whole.or_else(about)
}

fn refusal(function: &Mentioned) -> Diagnostic {
    let name = &function.name;
    if name == "polus_veto" {
        return Diagnostic::error("polus_veto is defined by polusc")
            .at(function.place.clone(), "defined here again")
            .help("leave it out, and call polus_veto(\"reason\") in polus_pre_update");
    }
    Diagnostic::error(format!("{name} is no callback"))
        .at(function.place.clone(), "polusc knows no function of that name")
        .help(match nearest(name, WHOLE.iter().chain(ABOUT).map(|(known, _)| *known)) {
            Some(known) => format!("did you mean {known}{}?", about(known)),
            None => "give helpers names that do not begin with polus_".to_string(),
        })
}

fn about(known: &str) -> &str {
    match known {
        _ if !known.ends_with('_') => "",
        "polus_thread_left_" | "polus_function_left_" => "FUNCTION",
        "polus_extend_" => "TYPE",
        _ => "VARIABLE",
    }
}

/// The known name that a misspelled one begins like.
fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let likeness = |known: &&str| {
        let begin: String = match known.ends_with('_') {
            true => name.chars().take(known.len()).collect(),
            false => name.to_string(),
        };
        strsim::normalized_damerau_levenshtein(&begin, known)
    };
    let best = known.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(&best) >= 0.75).then_some(best)
}

/// The name most like a misspelled one, if any is like it.
pub fn like<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let rated = known.map(|known| (strsim::normalized_damerau_levenshtein(name, known), known));
    let best = rated.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))?;
    (best.0 >= 0.6).then_some(best.1)
}
