//! Initialisers in braces, taken apart: what the old layout holds, and what lies beside it.

use super::body::{SEEN, WAS};
use super::edits::Edits;
use crate::clang::Field;
use crate::text::{self, Token};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// One element of an initialiser.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Element {
    /// `.field`, if it is designated so.
    field: Option<String>,
    /// It has a designator of another kind, or of several steps.
    deep: bool,
    /// Designator and value.
    whole: Range<usize>,
    /// The value.
    value: Range<usize>,
}

/// An initialiser in two parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Of the object, in braces.
    pub base: String,
    /// Of each layer that lies beside it, without braces; only those of which something is said.
    pub beside: BTreeMap<usize, String>,
}

impl Parts {
    /// Nothing but zero.
    pub fn zero() -> Self {
        Self { base: "{0}".to_string(), ..Self::default() }
    }
}

/// `{0}` means the same whatever fields there are.
pub fn is_zero(braces: &str) -> bool {
    text::lex(braces).iter().map(|token| token.text(braces)).eq(["{", "0", "}"])
}

/// A record's fields, and those of them that lie beside its objects.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// In order.
    pub all: Vec<Field>,
    /// The layer of each that does not lie in the object itself.
    pub beside: BTreeMap<String, usize>,
    /// Those that old code has with another type.
    pub retyped: BTreeSet<String>,
    /// Values without designators mean the same fields of the object as it will be.
    pub in_order: bool,
}

/// Where an initialiser cannot be read, and why.
pub type Unread = (usize, &'static str);

/// What is needed to take initialisers apart.
pub struct Reader<'r> {
    /// The text as it reads by now.
    pub edits: &'r Edits<'r>,
    /// The text itself.
    pub source: &'r str,
    /// The records that have something beside them, or hold such ones.
    pub records: &'r BTreeMap<usize, Fields>,
    /// Objects begin so before any code runs.
    pub fixed: bool,
}

impl Reader<'_> {
    /// Takes the initialiser of one record apart.
    ///
    /// # Errors
    /// Where it cannot be read, and why.
    pub fn record(&self, id: usize, braces: Range<usize>) -> Result<Parts, Unread> {
        if is_zero(&self.source[braces.clone()]) {
            return Ok(Parts::zero());
        }
        let fields = &self.records[&id];
        let (mut base, mut beside) = (vec![], BTreeMap::<usize, Vec<String>>::new());
        let mut next = 0;
        let elements = elements(self.source, &braces);
        let positional = fields.in_order && elements.iter().all(|e| e.field.is_none() && !e.deep);
        for element in elements {
            let at = element.whole.start;
            let name = match &element.field {
                Some(name) => name.clone(),
                None if element.deep => return Err((at, "this designator is none of a field")),
                None => {
                    let field = fields.all.get(next).ok_or((at, "no field is left for this value"))?;
                    field.name.clone()
                }
            };
            let place = fields.all.iter().position(|field| field.name == name);
            let field = place.map(|place| &fields.all[place]);
            let value = self.value(field, &element)?;
            // a member of a nameless record has no place of its own here
            next = place.map_or(next, |place| place + 1);
            let text = match (&element.field, name.is_empty()) {
                (Some(_), _) => {
                    format!("{}{value}", self.edits.cut(element.whole.start..element.value.start))
                }
                (None, _) if positional => value.clone(),
                (None, true) => return Err((at, "a value for fields that no name leads to")),
                (None, false) => format!(".{name} = {value}"),
            };
            if self.fixed && fields.retyped.contains(&name) {
                base.push(format!(".{WAS}{name} = {value}"));
                let layer = fields.beside[&name];
                beside.entry(layer).or_default().push(format!(".{SEEN}{name} = {value}"));
            }
            match fields.beside.get(&name) {
                Some(&layer) => beside.entry(layer).or_default().push(text),
                None => base.push(text),
            }
        }
        let base = if base.is_empty() { "{0}".to_string() } else { format!("{{ {} }}", base.join(", ")) };
        let beside = beside.into_iter().map(|(layer, values)| (layer, values.join(", "))).collect();
        Ok(Parts { base, beside })
    }

    fn value(&self, field: Option<&Field>, element: &Element) -> Result<String, Unread> {
        let begins = self.source[element.value.clone()].chars().next();
        let Some(field) = field else { return Ok(self.edits.cut(element.value.clone())) };
        let enumeration = field.shape.trim_start_matches("const ").starts_with("enum");
        let several = !field.dimensions.is_empty() || field.record.is_some() && !enumeration;
        let inner = field.record.filter(|id| self.records.contains_key(id));
        if several && begins != Some('{') && begins != Some('"') && element.field.is_none() {
            return Err((element.value.start, "this value may fill a part of a field that has several"));
        }
        let Some(id) = inner.filter(|_| begins == Some('{')) else {
            return Ok(self.edits.cut(element.value.clone()));
        };
        let parts = match field.dimensions.len() {
            0 => self.record(id, element.value.clone())?,
            1 => self.array(id, element.value.clone())?,
            _ => return Err((element.value.start, "an array of arrays")),
        };
        match parts.beside.is_empty() {
            true => Ok(parts.base),
            false => Err((element.value.start, "this part of an object sets a new field")),
        }
    }

    /// Takes the initialiser of an array of records apart: each element's, with its designator.
    ///
    /// # Errors
    /// As [`Reader::record`].
    pub fn array(&self, id: usize, braces: Range<usize>) -> Result<Parts, Unread> {
        if is_zero(&self.source[braces.clone()]) {
            return Ok(Parts::zero());
        }
        let mut base = vec![];
        let mut elements_beside: Vec<(String, BTreeMap<usize, String>)> = vec![];
        for element in elements(self.source, &braces) {
            let head = self.edits.cut(element.whole.start..element.value.start);
            if !self.source[element.value.clone()].starts_with('{') {
                return Err((element.value.start, "an element without braces"));
            }
            let parts = self.record(id, element.value.clone())?;
            base.push(format!("{head}{}", parts.base));
            elements_beside.push((head, parts.beside));
        }
        let layers: BTreeSet<usize> =
            elements_beside.iter().flat_map(|(_, parts)| parts.keys().copied()).collect();
        let list = |layer: usize| {
            let one = |(head, parts): &(String, BTreeMap<usize, String>)| {
                format!("{head}{{ .fields = {{ {} }} }}", parts.get(&layer).map_or("0", String::as_str))
            };
            (layer, elements_beside.iter().map(one).collect::<Vec<_>>().join(", "))
        };
        Ok(Parts {
            base: format!("{{ {} }}", base.join(", ")),
            beside: layers.into_iter().map(list).collect(),
        })
    }
}

/// Where the elements of an array's initialiser begin; nothing, if one of them is designated.
pub fn positions(source: &str, braces: Range<usize>) -> Vec<Range<usize>> {
    let all = elements(source, &braces);
    let plain = all.iter().all(|element| element.field.is_none() && !element.deep);
    if plain { all.into_iter().map(|element| element.whole).collect() } else { vec![] }
}

fn elements(source: &str, braces: &Range<usize>) -> Vec<Element> {
    let inner = braces.start + 1..braces.end - 1;
    let tokens = text::lex(&source[inner.clone()]);
    let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_directive()).collect();
    let word = |token: &Token| token.text(&source[inner.clone()]);
    let mut depth = 0;
    let mut from = 0;
    let mut found = vec![];
    for at in 0..=tokens.len() {
        let ends = match tokens.get(at).map(word) {
            None => true,
            Some("(" | "[" | "{") => {
                depth += 1;
                false
            }
            Some(")" | "]" | "}") => {
                depth -= 1;
                false
            }
            Some(",") => depth == 0,
            Some(_) => false,
        };
        if ends {
            found.extend(element(&tokens[from..at], &source[inner.clone()], inner.start));
            from = at + 1;
        }
    }
    found
}

fn element(tokens: &[Token], source: &str, base: usize) -> Option<Element> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    let word = |index: usize| tokens.get(index).map_or("", |token| token.text(source));
    let named = |index: usize| word(index).to_string();
    let (field, deep, value) = match word(0) {
        "." | "[" => {
            let equals = top_level(tokens, source)?;
            (if word(0) == "." { Some(named(1)) } else { None }, word(0) == "[" || equals != 2, equals + 1)
        }
        _ if word(1) == ":" && tokens[0].kind == text::Kind::Ident => (Some(named(0)), false, 2),
        _ => (None, false, 0),
    };
    let value = tokens.get(value)?;
    Some(Element {
        field,
        deep,
        whole: base + first.start..base + last.end,
        value: base + value.start..base + last.end,
    })
}

/// The `=` behind a designator.
fn top_level(tokens: &[Token], source: &str) -> Option<usize> {
    let mut depth = 0;
    tokens.iter().position(|token| {
        match token.text(source) {
            "[" | "(" => depth += 1,
            "]" | ")" => depth -= 1,
            "=" if depth == 0 => return true,
            _ => {}
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str) -> Field {
        Field {
            name: name.into(),
            shape: "int".into(),
            offset: 0,
            size: 32,
            bit_field: false,
            record: None,
            dimensions: vec![],
        }
    }

    #[test]
    fn each_value_goes_where_its_field_lies() {
        let fields = Fields {
            all: ["a", "b", "c"].map(field).to_vec(),
            beside: BTreeMap::from([("b".to_string(), 1)]),
            retyped: BTreeSet::new(),
            in_order: false,
        };
        let records = BTreeMap::from([(7, fields)]);
        let take = |source: &str| {
            let edits = Edits::new(source);
            let reader = Reader { edits: &edits, source, records: &records, fixed: false };
            reader
                .record(7, 0..source.len())
                .map(|parts| (parts.base, parts.beside.get(&1).cloned().unwrap_or_default()))
        };
        let both = |base: &str, beside: &str| Ok((base.to_string(), beside.to_string()));
        assert_eq!(take("{ 1, f(2, 3), 4 }"), both("{ .a = 1, .c = 4 }", ".b = f(2, 3)"));
        assert_eq!(take("{ .c = 1, .b = 2, }"), both("{ .c = 1 }", ".b = 2"));
        assert_eq!(take("{ .b = 2, 3 }"), both("{ .c = 3 }", ".b = 2"));
        assert_eq!(take("{ a: 1 }"), both("{ a: 1 }", ""));
        assert_eq!(take("{}"), both("{0}", ""));
        assert!(take("{ 1, 2, 3, 4 }").is_err());
        assert_eq!(take("{ 0 }"), both("{0}", ""));
    }
}
