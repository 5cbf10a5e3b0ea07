//! Rows of hand-written code: what the injector calls, and when (paper 3.4).

use super::Request;
use super::names::Names;
use super::tables::CallbackRow;
use crate::callbacks::{Purpose, Subject, unsuitable};
use crate::cross::Versions;
use crate::diag::Diagnostic;
use crate::model::ItemId;
use std::collections::BTreeMap;

/// Refuses callbacks about functions that nobody leaves, and old instances that are nowhere: the
/// binary has no code or object for them.
pub fn check(versions: Versions, names: &Names, request: &Request) -> Vec<Diagnostic> {
    let Some(running) = request.running else { return vec![] };
    let old = versions.old;
    let inlined = request.callbacks.called.iter().filter_map(|called| {
        let Subject::Function(ours, Some(theirs)) = called.subject else { return None };
        let why = format!("the binary holds no entry of {}", old.title(ours));
        (names.lacks_entry(theirs) && !running.has_entry(ours)).then(|| {
            unsuitable(&called.written, &why)
                .at(old.place(ours), "its code is part of its callers only, or of clones")
                .help("name the functions that call it")
        })
    });
    let gone = request.callbacks.olds.instances.iter().filter(|&&ours| running.is_gone(ours));
    let gone = gone.map(|&ours| {
        Diagnostic::error(format!("the binary holds no object for {}", old.title(ours)))
            .at(old.place(ours), "its value stands in the code, or nowhere")
            .help(format!("leave {}__old out of the callbacks file", old.items[ours].entity.name))
    });
    inlined.chain(gone).collect()
}

/// A row for each callback and each row of its subject.
pub fn rows(
    request: &Request,
    functions: &BTreeMap<ItemId, Vec<usize>>,
    variables: &BTreeMap<ItemId, usize>,
) -> Vec<CallbackRow> {
    let rows = request.callbacks.called.iter().flat_map(|called| {
        let (kind, code) = match called.written.purpose {
            Purpose::PreUpdate => ("POLUS_PRE_UPDATE", "polus__pre_update"),
            Purpose::ThreadLeft => ("POLUS_THREAD_LEFT", called.written.name.as_str()),
            Purpose::FunctionLeft => ("POLUS_FUNCTION_LEFT", called.written.name.as_str()),
            Purpose::DataUnused => ("POLUS_DATA_UNUSED", called.written.name.as_str()),
            Purpose::PostUpdate => ("POLUS_POST_UPDATE", called.written.name.as_str()),
            Purpose::ToNew | Purpose::ToOld | Purpose::Extend => return vec![],
        };
        let subjects = match called.subject {
            Subject::Update | Subject::Type(_) => vec![0],
            Subject::Function(old, _) => functions.get(&old).cloned().unwrap_or_default(),
            Subject::Variable(old, _) => variables.get(&old).copied().into_iter().collect(),
        };
        let row = |subject| CallbackRow { code: code.to_string(), kind, subject };
        subjects.into_iter().map(row).collect()
    });
    rows.collect()
}
