//! Callers that may rely on what the compiler learnt from a callee's body, where the new body breaks it
//! (design rule 3): what it does with its arguments and with memory, what it returns, that it never does.

use super::Running;
use super::memory::Memory;
use crate::diff::{Change, ChangeSet, Modification};
use crate::model::{Argument, ItemId, Known, Program, Results, Sites, never_return};
use crate::relations::{Copies, Object, Reason};
use polus_runtime::rules::Rule;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

const NEVER: &str = "it never returned";
const MEMORY: &str = "it calls nothing that the compiler did not see, so its effects were known";
const FRESH: &str = "its result was known to be memory that nobody else has";
const VALUE: &str = "what it returns was known";

/// Functions that give memory which nobody else has.
const ALLOCATORS: &[&str] = &[
    "malloc",
    "calloc",
    "realloc",
    "reallocarray",
    "aligned_alloc",
    "memalign",
    "valloc",
    "strdup",
    "strndup",
    "__builtin_malloc",
    "__builtin_calloc",
];

/// The running binary together with the version that is to run.
pub struct Against<'a> {
    running: &'a Running<'a>,
    new: &'a Program,
    changes: &'a ChangeSet,
    memory: Memory<'a>,
    old_members: Known,
    new_members: Known,
    /// Functions of the old program by their names in the merged text.
    named: BTreeMap<&'a str, ItemId>,
    /// Functions of the new program that never return.
    endless: BTreeSet<ItemId>,
    sites: RefCell<BTreeMap<ItemId, Rc<Sites>>>,
}

type Told = Vec<(ItemId, Reason)>;

impl<'a> Running<'a> {
    /// Sees what the new version changes.
    pub fn against(&'a self, new: &'a Program, changes: &'a ChangeSet) -> Against<'a> {
        let functions = self.program.own(crate::clang::Kind::Function);
        Against {
            running: self,
            new,
            changes,
            memory: Memory::new(self.program, new, changes, self.is_linked()),
            old_members: Known::of(self.program),
            new_members: Known::of(new),
            named: functions.map(|id| (self.program.items[id].entity.name.as_str(), id)).collect(),
            endless: never_return(new),
            sites: RefCell::default(),
        }
    }
}

impl Copies for Against<'_> {
    fn dependents(&self, function: ItemId) -> Told {
        let mut found = self.running.dependents(function);
        if self.running.fitted_in_place(function).is_some() {
            // Old callers go on with the old code.
            return found;
        }
        if Rule::Memory.holds() {
            found.extend(self.trusting_memory(function));
        }
        if self.is_rewritten(function) {
            let rules: [(Rule, &dyn Fn(ItemId) -> Told); 3] = [
                (Rule::Arguments, &|id| self.trusting_arguments(id)),
                (Rule::Results, &|id| {
                    let values = self.running.known_of(id).results && !self.keeps_results(id);
                    self.trusting_results(id, values)
                }),
                (Rule::Returning, &|id| self.without_code_behind(id)),
            ];
            let held = rules.iter().filter(|(rule, _)| rule.holds());
            found.extend(held.flat_map(|(_, callers)| callers(function)));
        }
        found.retain(|(holder, _)| *holder != function);
        found
    }

    fn object(&self, variable: ItemId) -> Object {
        self.running.object(variable)
    }

    fn trusting(&self, function: ItemId) -> Told {
        let mut found = vec![];
        if Rule::Memory.holds() {
            found.extend(self.trusting_silence(function));
        }
        if Rule::Results.holds() {
            let known = self.running.known_of(function).results && !self.old_results(function).is_free();
            found.extend(self.trusting_results(function, known));
        }
        found.retain(|(holder, _)| *holder != function);
        found
    }

    fn is_confined(&self, function: ItemId) -> bool {
        self.running.is_confined(function)
    }
}

impl Against<'_> {
    /// Its own text changed, and old callers are led to the new one.
    fn is_rewritten(&self, function: ItemId) -> bool {
        let own = self.changes.functions.iter().filter(|c| c.old_item() == Some(function));
        let modified = |c: &Change| matches!(c, Change::Modified { .. });
        own.into_iter().any(|c| modified(c) && !c.is(Modification::Signature))
    }

    fn old_sites(&self, function: ItemId) -> Rc<Sites> {
        if let Some(found) = self.sites.borrow().get(&function) {
            return found.clone();
        }
        let sites = Rc::new(Sites::of(self.running.program, function, &self.old_members));
        self.sites.borrow_mut().insert(function, sites.clone());
        sites
    }

    fn new_sites(&self, function: ItemId) -> Option<Sites> {
        let new = self.changes.pairing.to_new[function]?;
        Some(Sites::of(self.new, new, &self.new_members))
    }

    /// Callers that the compiler saw together with a function, and that may count on it.
    fn callers(&self, function: ItemId) -> Vec<ItemId> {
        if self.running.keeps_to_itself(function) {
            return vec![];
        }
        let callers = self.running.callers.get(&function).into_iter().flatten().copied();
        let together = callers.filter(|&caller| self.running.seen_together(caller, function));
        together.filter(|&caller| caller != function && self.running.may_count_on(caller, function)).collect()
    }

    fn trusting_memory(&self, function: ItemId) -> Told {
        if self.running.is_opaque(function) || self.memory.is_kept(function) {
            return vec![];
        }
        let callers = self.callers(function).into_iter();
        callers.map(|caller| (caller, Reason::ReliesOn(function, MEMORY.into()))).collect()
    }

    /// From a function for which a variable was a constant up to the callers that the compiler told that
    /// it reads nothing.
    fn trusting_silence(&self, function: ItemId) -> Told {
        let (mut told, mut seen, mut open) = (vec![], BTreeSet::new(), vec![function]);
        while let Some(callee) = open.pop() {
            if self.running.is_opaque(callee) || !seen.insert(callee) {
                continue;
            }
            let callers = self.callers(callee);
            told.extend(callers.iter().map(|&caller| (caller, Reason::ReliesOn(function, MEMORY.into()))));
            open.extend(callers);
        }
        told
    }

    /// Calls of `callee` in `caller`, with whether the result is used.
    fn calls(&self, caller: ItemId, callee: ItemId) -> Vec<crate::model::Call> {
        let name = &self.running.program.items[callee].entity.name;
        self.old_sites(caller).calls.iter().filter(|call| call.callee == *name).cloned().collect()
    }

    /// From the parameters whose use the new body changes up to the callers that know what they lead to.
    fn trusting_arguments(&self, function: ItemId) -> Told {
        let (mut told, mut seen) = (vec![], BTreeSet::new());
        let mut open: Vec<(ItemId, usize)> =
            self.broken_parameters(function).into_iter().map(|at| (function, at)).collect();
        while let Some((callee, at)) = open.pop() {
            if !seen.insert((callee, at)) {
                continue;
            }
            let unused = self.is_unused(callee, at);
            let number = self.old_sites(callee).parameters.get(at).is_some_and(|p| p.number);
            let opaque = self.running.is_opaque(callee);
            for caller in self.callers(callee) {
                let sites = self.old_sites(caller);
                let calls = self.calls(caller, callee);
                let arguments: Vec<_> = calls.iter().filter_map(|call| call.arguments.get(at)).collect();
                // A caller whose text cannot be read, or a call of another form.
                let strange = !number && (sites.unreadable || arguments.len() < calls.len().max(1));
                let known = |argument: &&Argument| {
                    !(number || argument.foreign || opaque && self.is_let_go(caller, argument))
                };
                if strange || unused || arguments.iter().copied().any(|argument| known(&argument)) {
                    let fact = format!("what it does with its argument {} was known", at + 1);
                    told.push((caller, Reason::ReliesOn(function, fact)));
                }
                let passed = arguments.iter().flat_map(|argument| argument.roots.iter().copied());
                open.extend(passed.filter(|&own| !self.escapes(caller, own)).map(|own| (caller, own)));
            }
        }
        told
    }

    fn broken_parameters(&self, function: ItemId) -> Vec<usize> {
        let old = self.old_sites(function);
        let all = (0..old.parameters.len()).collect();
        let Some(new) = self.new_sites(function).filter(|new| !new.unreadable && !old.unreadable) else {
            return all;
        };
        let broken = |&at: &usize| {
            let was = &old.parameters[at];
            let Some(is) = new.parameters.get(at) else { return true };
            let overwrites = was.overwritten.is_subset(&is.overwritten);
            !overwrites || !self.escapes(function, at) && !is.uses.is_subset(&was.sure)
        };
        all.into_iter().filter(broken).collect()
    }

    /// Code that the compiler did not see got the old function's parameter: it may do anything with it.
    fn escapes(&self, function: ItemId, parameter: usize) -> bool {
        let sites = self.old_sites(function);
        let Some(parameter) = sites.parameters.get(parameter) else { return false };
        parameter.given.iter().any(|taker| match taker {
            None => true,
            Some(name) => match self.named.get(name.as_str()) {
                Some(&id) => !self.running.seen_together(id, function) && !self.running.is_promised(name),
                // clang knows what many more functions of libraries do with a pointer.
                None => self.running.is_of_gcc(function) && !self.running.is_promised(name),
            },
        })
    }

    /// Code that the compiler did not see has got what the argument leads to, from this caller or from a
    /// function that it calls: what is left alone there by a callee that calls such code is known to
    /// nobody. gcc asks who gets a pointer, not when.
    fn is_let_go(&self, caller: ItemId, argument: &Argument) -> bool {
        let Some(variable) = &argument.steady else { return false };
        self.running.is_of_gcc(caller) && self.lets_go(caller, caller, variable, &mut BTreeSet::new())
    }

    /// `holder`: whose code holds that of the function.
    fn lets_go(
        &self,
        holder: ItemId,
        function: ItemId,
        variable: &str,
        seen: &mut BTreeSet<(ItemId, String)>,
    ) -> bool {
        if !seen.insert((function, variable.to_string())) {
            return false;
        }
        let sites = self.old_sites(function);
        let mut calls = sites.calls.iter().filter(|call| call.sure);
        !sites.unreadable
            && calls.any(|call| {
                let given = call.arguments.iter().enumerate();
                let mut places =
                    given.filter(|(_, a)| a.steady.as_deref() == Some(variable)).map(|(at, _)| at);
                places.any(|at| self.takes(holder, function, &call.callee, at, seen))
            })
    }

    /// A callee gives its argument to code that the compiler did not see, or is such code.
    fn takes(
        &self,
        holder: ItemId,
        caller: ItemId,
        name: &str,
        at: usize,
        seen: &mut BTreeSet<(ItemId, String)>,
    ) -> bool {
        match self.named.get(name) {
            Some(&callee) if self.running.seen_together(callee, caller) => {
                let sites = self.old_sites(callee);
                let Some(parameter) = sites.parameters.get(at) else { return false };
                let holder = if self.running.calls(holder, callee) { callee } else { holder };
                self.lets_go(holder, callee, &parameter.name, seen)
            }
            _ => !self.running.is_promised(name) && self.running.calls_by_name(holder, name),
        }
    }

    /// clang passes anything for a parameter that is not used.
    fn is_unused(&self, function: ItemId, parameter: usize) -> bool {
        let used = self.old_sites(function).parameters.get(parameter).is_some_and(|p| !p.sure.is_empty());
        let needed = used && self.running.known_of(function).unpassed.is_empty();
        !needed && !self.running.is_of_gcc(function)
    }

    fn result_type(&self, function: ItemId) -> &str {
        self.running.program.items[function].result()
    }

    /// From a function whose results are others up to the callers that know them.
    fn trusting_results(&self, function: ItemId, values: bool) -> Told {
        let fresh = self.is_fresh(function, &mut BTreeSet::new());
        let (mut told, mut seen, mut open) = (vec![], BTreeSet::new(), vec![function]);
        while let Some(callee) = open.pop().filter(|_| values || fresh) {
            if !seen.insert(callee) || self.result_type(callee) == "void" {
                continue;
            }
            for caller in self.callers(callee) {
                let calls = self.calls(caller, callee);
                let dropped = !calls.is_empty() && !calls.iter().any(|call| call.used);
                if dropped || !fresh && self.running.hands_on(caller, callee) {
                    continue;
                }
                let fact = if fresh { FRESH } else { VALUE };
                told.push((caller, Reason::ReliesOn(function, fact.into())));
                let sites = self.old_sites(caller);
                if values && !sites.constant_results || fresh && self.is_fresh(caller, &mut BTreeSet::new()) {
                    open.push(caller);
                }
            }
        }
        told
    }

    fn keeps_results(&self, function: ItemId) -> bool {
        let Some(new) = self.changes.pairing.to_new[function] else { return false };
        let computed = self.running.known_of(function).computed;
        Results::of(self.new, new, computed).within(&self.old_results(function))
    }

    fn old_results(&self, function: ItemId) -> Results {
        Results::of(self.running.program, function, self.running.known_of(function).computed)
    }

    /// It may return what an allocator just gave: gcc says so of memory that the function does not
    /// touch, clang also of memory that it does.
    fn is_fresh(&self, function: ItemId, seen: &mut BTreeSet<ItemId>) -> bool {
        if !self.result_type(function).starts_with('*') || !seen.insert(function) {
            return false;
        }
        let sites = self.old_sites(function);
        if sites.touches_result && self.running.is_of_gcc(function) {
            return false;
        }
        sites.unreadable
            || sites.calls.iter().any(|call| match self.named.get(call.callee.as_str()) {
                Some(&id) => self.running.seen_together(id, function) && self.is_fresh(id, seen),
                None => self.is_allocator(&call.callee),
            })
    }

    fn is_allocator(&self, name: &str) -> bool {
        let program = self.running.program;
        let words = |&id: &ItemId| program.source(id).contains("malloc");
        ALLOCATORS.contains(&name) || program.named(name).iter().any(words)
    }

    /// From a function that now returns up to the callers that have nothing behind a call of it.
    fn without_code_behind(&self, function: ItemId) -> Told {
        let new = self.changes.pairing.to_new[function];
        let returns = new.is_some_and(|new| !self.endless.contains(&new) && self.memory.may_return(new));
        let (mut told, mut seen, mut open) = (vec![], BTreeSet::new(), vec![function]);
        while let Some(callee) = open.pop().filter(|_| returns) {
            if !seen.insert(callee) || !self.running.never_returns(callee) {
                continue;
            }
            let callers = self.callers(callee);
            told.extend(callers.iter().map(|&c| (c, Reason::ReliesOn(function, NEVER.into()))));
            open.extend(callers);
        }
        told
    }
}
