//! Addresses that an instance holds of itself: they cross as the same places of the other instance.

use super::Sync;
use super::leaf;
use super::side::{Side, named};
use crate::clang::{Field, Kind};
use crate::cross::Inward;
use crate::model::{ItemId, Program};

/// The members that hold them, and what they lead into.
pub struct Leads {
    members: Vec<String>,
    /// C expressions of the same part in either instance, and whether it shrinks.
    targets: Vec<(String, String, bool)>,
    /// Members that were carried so.
    carried: Vec<String>,
}

/// A version's global: program, item, and the C name of its instance.
pub type Instance<'p> = (&'p Program, ItemId, String);

impl Leads {
    /// Of an instance that crosses to another one.
    ///
    /// # Errors
    /// A part that the other version does not have, or has with another type.
    pub fn of(from: &Instance<'_>, to: &Instance<'_>, inward: &Inward) -> Result<Leads, String> {
        let target = |path: &String| {
            let (Some(was), Some(is)) = (part(from.0, from.1, path), part(to.0, to.1, path)) else {
                return Err(format!(
                    "{path}: its address is stored in the global itself, and it comes or goes"
                ));
            };
            if element(was) != element(is) || was.dimensions.len() != is.dimensions.len() {
                return Err(format!(
                    "{path}: its address is stored in the global itself, and its type changes"
                ));
            }
            Ok((format!("{}.{path}", from.2), format!("{}.{path}", to.2), is.size < was.size))
        };
        let targets = inward.targets.iter().map(target).collect::<Result<_, _>>()?;
        let both = |path: &&String| part(from.0, from.1, path).is_some() && part(to.0, to.1, path).is_some();
        let members = inward.members.iter().filter(both).cloned().collect();
        Ok(Leads { members, targets, carried: vec![] })
    }

    /// Every address crosses as one.
    ///
    /// # Errors
    /// One that is part of something that crosses as a whole: a union, a struct of a library.
    pub fn check(&self) -> Result<(), String> {
        let missed = self.members.iter().find(|member| !self.carried.contains(member));
        missed.map_or(Ok(()), |member| {
            Err(format!(
                "{member}: it holds an address of the global itself, and crosses only with what is around it"
            ))
        })
    }
}

/// A member by its path.
fn part<'p>(program: &'p Program, id: ItemId, path: &str) -> Option<&'p Field> {
    let held = program.items[id].entity.holds.iter().copied();
    let mut record = held.into_iter().find(|&held| program.items[held].kind() == Kind::Record);
    let mut field = None;
    for name in path.split('.') {
        field = named(program, record?, name);
        record = field?.record;
    }
    field
}

fn element(field: &Field) -> &str {
    field.shape.rsplit(']').next().unwrap_or("")
}

impl Sync<'_> {
    /// The place may hold an address of its own instance.
    pub fn leads(&self, from: &Side) -> bool {
        from.path.strip_prefix("(*from).").is_some_and(|path| self.leads.members.iter().any(|m| m == path))
    }

    /// Carries such an address: one just behind a part stays just behind it, and a part that shrinks
    /// has its end for what it loses.
    pub fn lead(&mut self, from: &Side, to: &Side) -> Result<(), String> {
        let earlier = if self.known { "" } else { "!was || " };
        let differs = leaf::changed(from);
        let targets = self.leads.targets.clone();
        self.leads.carried.extend(from.path.strip_prefix("(*from).").map(str::to_string));
        self.block(&format!("if ({earlier}{differs})"), |sync| {
            sync.line(&format!("unsigned long lead = (unsigned long){};", from.path));
            let mut head = "if";
            for (inside, targets) in [(true, &targets), (false, &targets)] {
                for (was, is, shrinks) in targets {
                    let away = format!("lead - (unsigned long)&{was}");
                    let test = if inside { "<" } else { "==" };
                    sync.line(&format!("{head} ({away} {test} sizeof {was})"));
                    sync.line(&match shrinks {
                        false => format!("    lead += (unsigned long)&{is} - (unsigned long)&{was};"),
                        true => format!(
                            "    lead = (unsigned long)&{is} + ({away} < sizeof {is} ? {away} : sizeof {is});"
                        ),
                    });
                    head = "else if";
                }
            }
            sync.line(&leaf::store(to, "(void *)lead"));
            Ok(())
        })
    }
}
