//! Operations on whole objects: assignments, literals, calls that copy, fill or make them.

use super::{Work, begins, is_pure};
use crate::clang::Argument;
use crate::extend::provide;
use crate::model::ItemId;
use std::ops::Range;

/// Library functions that move objects.
const SORTS: &[&str] = &["qsort", "qsort_r", "bsearch_insert", "mergesort", "heapsort"];

impl Work<'_> {
    pub(super) fn assignment(
        &mut self,
        id: ItemId,
        span: &Range<usize>,
        to: &Range<usize>,
        from: &Range<usize>,
        places: &[Range<usize>],
    ) {
        if places.is_empty() {
            return self.refuse(id, from.start, "a value without a place is assigned to such an object");
        }
        if self.spelled(id).is_empty() {
            return self.refuse(id, span.start, "an object whose type has no name is assigned as a whole");
        }
        let (spelled, to, from) =
            (self.spelled(id), self.edits.cut(to.clone()), self.copied(id, from, places));
        let text = format!("(*({spelled} *)polus_extension_assign(&({to}), {from}, sizeof({spelled})))");
        self.edits.replace(span.clone(), text);
    }

    /// The address of what is copied; an object that existed before is begun once, not by each copy.
    pub(super) fn copied(&self, id: ItemId, value: &Range<usize>, places: &[Range<usize>]) -> String {
        let address = self.address(value, places);
        match self.starting_by_hand(id) {
            Some(descriptor) => {
                format!("polus_extension_started({address}, sizeof({}), &{descriptor})", self.spelled(id))
            }
            None => address,
        }
    }

    /// The descriptor of a type whose existing objects are begun by hand, which may be done once only.
    fn starting_by_hand(&self, id: ItemId) -> Option<String> {
        self.starting(id).filter(|_| self.extended(id).is_some_and(|extended| extended.hook.is_some()))
    }

    /// Where the value lies that is a copy of one of these places.
    fn address(&self, value: &Range<usize>, places: &[Range<usize>]) -> String {
        let (mut text, mut at) = (String::from("("), value.start);
        for place in places {
            text += &format!("{}&({})", self.edits.cut(at..place.start), self.edits.cut(place.clone()));
            at = place.end;
        }
        text + &self.edits.cut(at..value.end) + ")"
    }

    pub(super) fn literal(
        &mut self,
        id: ItemId,
        span: &Range<usize>,
        braces: &Range<usize>,
        (array, inside): (bool, bool),
    ) {
        let reader = self.reader(!inside);
        let parts = if array { reader.array(id, braces.clone()) } else { reader.record(id, braces.clone()) };
        let parts = match parts {
            Ok(parts) => parts,
            Err(unread) => return self.unread(id, unread),
        };
        if !self.carriers.contains(&id) {
            return self.edits.replace(braces.clone(), parts.base);
        }
        if array {
            return self.refuse(id, braces.start, "an array of such objects is made without a name");
        }
        let head = self.edits.cut(span.start..braces.start);
        let literal = format!("{head}{}", parts.base);
        let text = match self.extended(id).filter(|_| inside) {
            None if parts.beside.is_empty() && (!inside || self.is_plain_inside(id)) => literal,
            None if parts.beside.is_empty() => {
                let spelled = self.spelled(id);
                let size = format!("sizeof({spelled})");
                let fresh = format!("polus_extension_enter(&{literal}, {size})");
                format!("(*({spelled} *){})", self.begun_inside(id, braces.start, fresh, &size))
            }
            None => return self.refuse(id, braces.start, "a constant object outside of functions sets one"),
            Some(extended) => {
                let spelled = self.spelled(id);
                let size = format!("sizeof({spelled})");
                let begins = begins(extended, &format!("&{literal}"), &size, &parts);
                format!("(*({spelled} *){})", self.begun_inside(id, braces.start, begins, &size))
            }
        };
        self.edits.replace(span.clone(), text);
    }

    pub(super) fn call(
        &mut self,
        span: &Range<usize>,
        callee: &str,
        name: &Range<usize>,
        given: &[Argument],
        makes: bool,
    ) {
        let leads = given.iter().find_map(|argument| argument.leads_to);
        if let (Some(instead), Some(record)) = (provide::instead(callee), leads) {
            let fills = callee.ends_with("memset") || callee.ends_with("bzero");
            if fills && !self.is_plain_inside(self.names[&record]) {
                return self.filled(self.names[&record], span, (name, instead), given);
            }
            if let (Some(descriptor), true) = (self.starting(self.names[&record]), fills) {
                self.edits.insert(span.end - 1, &format!(", &{descriptor}"));
                return self.edits.replace(name.clone(), format!("{instead}_begun"));
            }
            let source = given.get(1).and_then(|from| self.starting_by_hand(self.names[&from.leads_to?]));
            if let Some(descriptor) = source.filter(|_| !fills) {
                self.edits.insert(span.end - 1, &format!(", &{descriptor}"));
                return self.edits.replace(name.clone(), format!("{instead}_started"));
            }
            return self.edits.replace(name.clone(), instead.to_string());
        }
        if let (Some(record), true) = (leads, SORTS.contains(&callee)) {
            return self.refuse(
                self.names[&record],
                name.start,
                &format!("{callee} moves such objects by their bytes"),
            );
        }
        let Some(sized) = given.iter().find(|argument| argument.sizes.is_some()) else { return };
        if !makes || leads.is_some() {
            return;
        }
        let id = self.names[&sized.sizes.expect("found by it")];
        let spelled = self.spelled(id);
        // a size and a number of objects
        let counted: Option<Vec<String>> = match given.len() == 2 && given.iter().all(|a| a.number) {
            true => given.iter().map(|argument| self.plain(argument)).collect(),
            false => self.plain(sized).map(|bytes| vec![bytes]),
        };
        let bytes = counted.map_or(format!("sizeof({spelled})"), |all| all.join(" * "));
        let made = self.edits.cut(span.clone());
        let text = match self.starting(id) {
            Some(descriptor) => format!("polus_extension_begun({made}, {bytes}, &{descriptor})"),
            None => format!("polus_extension_made({made}, {bytes})"),
        };
        let text = self.begun_inside(id, span.start, text, &bytes);
        self.edits.replace(span.clone(), text);
    }

    /// An argument's text, if it may be repeated.
    fn plain(&self, argument: &Argument) -> Option<String> {
        (is_pure(self.source(&argument.span)) && !self.edits.touches(&argument.span))
            .then(|| format!("({})", self.source(&argument.span)))
    }

    /// A call that fills an object in which others lie that have to begin as new ones.
    fn filled(&mut self, id: ItemId, span: &Range<usize>, call: (&Range<usize>, &str), given: &[Argument]) {
        let (name, instead) = call;
        let bytes = given.last().and_then(|argument| self.plain(argument));
        let Some(bytes) = bytes.filter(|_| instead.ends_with("memset")) else {
            let why = "one that holds it is filled: its new fields would begin as in old objects";
            return self.refuse(id, name.start, why);
        };
        match self.starting(id) {
            Some(descriptor) => {
                self.edits.insert(span.end - 1, &format!(", &{descriptor}"));
                self.edits.replace(name.clone(), format!("{instead}_begun"));
            }
            None => self.edits.replace(name.clone(), instead.to_string()),
        }
        let filled = self.edits.cut(span.clone());
        let text = self.begun_inside(id, span.start, filled, &bytes);
        self.edits.replace(span.clone(), text);
    }
}
