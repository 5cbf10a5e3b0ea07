//! The function or variable that a hand-written function is about.

use super::names::like;
use super::{Called, Purpose, Subject, Written};
use crate::clang::Kind;
use crate::diag::Diagnostic;
use crate::diff::Pairing;
use crate::model::{ItemId, Program};

/// What each function is about.
///
/// # Errors
/// A name that means nothing in the program, or several things.
pub fn subjects(
    written: &[Written],
    old: &Program,
    new: &Program,
    pairing: &Pairing,
) -> Result<Vec<Called>, Vec<Diagnostic>> {
    let search = Search { old, new, pairing };
    let (mut called, mut errors) = (vec![], vec![]);
    for written in written {
        match search.subject(written) {
            Ok(subject) => called.push(Called { written: written.clone(), subject }),
            Err(error) => errors.push(*error),
        }
    }
    if errors.is_empty() { Ok(called) } else { Err(errors) }
}

struct Search<'s> {
    old: &'s Program,
    new: &'s Program,
    pairing: &'s Pairing,
}

impl Search<'_> {
    fn subject(&self, written: &Written) -> Result<Subject, Box<Diagnostic>> {
        match written.purpose {
            Purpose::PreUpdate | Purpose::PostUpdate => Ok(Subject::Update),
            Purpose::ThreadLeft | Purpose::FunctionLeft => self.function(written),
            Purpose::DataUnused | Purpose::ToNew | Purpose::ToOld => self.variable(written),
            Purpose::Extend => self.record(written),
        }
    }

    /// The type must be one of both versions: its objects exist.
    fn record(&self, written: &Written) -> Result<Subject, Box<Diagnostic>> {
        let new = named(self.new, Kind::Record, written)?;
        let new = new.ok_or_else(|| self.unknown(written, Kind::Record))?;
        match self.pairing.to_old[new] {
            Some(_) => Ok(Subject::Type(new)),
            None => Err(self.is_new(written, new, "no object of it exists before the update")),
        }
    }

    fn function(&self, written: &Written) -> Result<Subject, Box<Diagnostic>> {
        if let Some(new) = named(self.new, Kind::Function, written)? {
            let ours = self.pairing.to_old[new].filter(|&ours| self.old.items[ours].defined());
            let old = ours.ok_or_else(|| self.is_new(written, new, "no thread can be in an old version"))?;
            return Ok(Subject::Function(old, Some(new)));
        }
        match named(self.old, Kind::Function, written)? {
            Some(old) => Ok(Subject::Function(old, self.pairing.to_new[old])),
            None => Err(self.unknown(written, Kind::Function)),
        }
    }

    fn variable(&self, written: &Written) -> Result<Subject, Box<Diagnostic>> {
        if let Some(new) = named(self.new, Kind::Variable, written)? {
            let ours = self.pairing.to_old[new].filter(|&ours| self.old.items[ours].defined());
            let old = ours.ok_or_else(|| self.is_new(written, new, "it has no old instance"))?;
            let constant = self.new.items[new].entity.constant || self.old.items[old].entity.constant;
            if constant && written.purpose != Purpose::DataUnused {
                return Err(self.is_constant(written, new));
            }
            return Ok(Subject::Variable(old, new));
        }
        match named(self.old, Kind::Variable, written)? {
            Some(old) => Err(self.is_gone(written, old)),
            None => Err(self.unknown(written, Kind::Variable)),
        }
    }

    fn is_new(&self, written: &Written, new: ItemId, why: &str) -> Box<Diagnostic> {
        let told = unsuitable(written, &format!("{} is new", self.new.title(new)));
        Box::new(told.at(self.new.place(new), why))
    }

    fn is_constant(&self, written: &Written, new: ItemId) -> Box<Diagnostic> {
        let told = unsuitable(written, &format!("{} is constant", self.new.title(new)));
        let told = told.at(self.new.place(new), "new code has the new value");
        Box::new(told.help("leave the function out: nothing is written to either value"))
    }

    fn is_gone(&self, written: &Written, old: ItemId) -> Box<Diagnostic> {
        let told = unsuitable(written, &format!("the new version has no {}", self.old.title(old)));
        let help = format!("{}__old in polus_post_update is its last value", written.subject);
        Box::new(told.at(self.old.place(old), "the old declaration").help(help))
    }

    fn unknown(&self, written: &Written, kind: Kind) -> Box<Diagnostic> {
        let what = match kind {
            Kind::Function => "function",
            Kind::Record => "struct",
            _ => "global",
        };
        let told = unsuitable(written, &format!("the program has no {what} {}", written.subject));
        let all = self.new.own(kind).chain(self.new.own(kind)).filter(|&id| is_outside(self.new, id));
        let names = all.map(|id| self.new.items[id].entity.name.as_str());
        Box::new(match like(&written.subject, names) {
            Some(name) => told.help(format!("did you mean {name}?")),
            None => told.help(format!("name a {what} of the program, a static as the report spells it")),
        })
    }
}

/// A hand-written function that cannot be what its name says.
pub fn unsuitable(written: &Written, why: &str) -> Diagnostic {
    Diagnostic::error(format!("{} cannot be called: {why}", written.name))
        .at(written.place.clone(), "this callback")
}

fn is_outside(program: &Program, id: ItemId) -> bool {
    program.items[id].entity.function.is_none() && !program.views.contains_key(&id)
}

/// The item of a name: as it is in the merged text, else as it is in the sources, if that is one.
fn named(program: &Program, kind: Kind, written: &Written) -> Result<Option<ItemId>, Box<Diagnostic>> {
    let all: Vec<ItemId> = program.own(kind).filter(|&id| is_outside(program, id)).collect();
    if let Some(&id) = all.iter().find(|&&id| program.items[id].entity.name == written.subject) {
        return Ok(Some(id));
    }
    let fits = all.iter().copied().filter(|&id| program.items[id].original == written.subject);
    let fits: Vec<ItemId> = fits.collect();
    match fits[..] {
        [] => Ok(None),
        [id] => Ok(Some(id)),
        _ => Err(Box::new(ambiguous(program, written, &fits))),
    }
}

fn ambiguous(program: &Program, written: &Written, fits: &[ItemId]) -> Diagnostic {
    let told = unsuitable(written, &format!("{} means several things", written.subject));
    let told = fits.iter().fold(told, |told, &id| told.at(program.place(id), "one of them"));
    let names: Vec<&str> = fits.iter().map(|&id| program.items[id].entity.name.as_str()).collect();
    told.help(format!("name it as polusc does: {}", names.join(" or ")))
}
