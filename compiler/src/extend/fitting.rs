//! Whether the bytes of an old field can be read as the new one, or its values converted.

use super::layers::Slot;
use crate::clang::Field;

/// The bytes of the one can be read as the other.
pub fn fits(was: &Slot, is: &Field) -> bool {
    let same = was.shape == is.shape && was.dimensions == is.dimensions;
    let open = was.size == 0 || is.size == 0;
    was.bit_field == is.bit_field
        && (same && (was.size == is.size || is.record.is_some())
            || !open
                && was.size == is.size
                && (alike(&was.shape, &is.shape) || nested_fits(&was.shape, &is.shape)))
}

/// C converts values of the one to the other: numbers.
pub fn converts(was: &Slot, is: &Field) -> bool {
    let number = |shape: &str| {
        let plain = unqualified(shape);
        is_integer(plain) || matches!(plain, "float" | "double" | "long double" | "_Bool")
    };
    number(&was.shape) && number(&is.shape)
}

/// Another spelling of what has the same bytes: numbers of one size, pointers to data, and to functions
/// that are called alike.
fn alike(was: &str, is: &str) -> bool {
    let whole = |shape: &str| is_integer(unqualified(shape));
    alike_pointers(was, is) || whole(was) && whole(is)
}

fn alike_pointers(was: &str, is: &str) -> bool {
    let led = |shape| unqualified(shape).strip_prefix('*').map(unqualified);
    match (led(was), led(is)) {
        (Some(was), Some(is)) => match (is_function(was), is_function(is)) {
            (true, true) => called_alike(was, is),
            (function, other) => function == other,
        },
        _ => false,
    }
}

/// What two types that fit lead to, if these are not the same objects: `same` tells it of two records.
/// `void` may be anything.
pub fn astray(was: &str, is: &str, same: &dyn Fn(&str, &str) -> bool) -> Option<(String, String)> {
    let (was, is) = (unqualified(was), unqualified(is));
    match (was.strip_prefix('*'), is.strip_prefix('*')) {
        (Some(was), Some(is)) => led_astray(unqualified(was), unqualified(is), same),
        (None, None) => nested_astray(was, is, same),
        _ => None,
    }
}

fn led_astray(was: &str, is: &str, same: &dyn Fn(&str, &str) -> bool) -> Option<(String, String)> {
    let apart = || Some((was.to_string(), is.to_string()));
    let element =
        |shape: &'_ str| shape.strip_prefix('[').and_then(|rest| Some(rest.split_once(']')?.1.to_string()));
    if was == is || was == "void" || is == "void" {
        return None;
    }
    if let (Some(was), Some(is)) = (was.strip_prefix('*'), is.strip_prefix('*')) {
        return led_astray(unqualified(was), unqualified(is), same);
    }
    if let (Some((ours, our_result)), Some((theirs, their_result))) = (signature(was), signature(is)) {
        let values = ours.into_iter().zip(theirs).chain([(our_result, their_result)]);
        return values.into_iter().find_map(|(was, is)| astray(was, is, same));
    }
    if let (Some(was), Some(is)) = (element(was), element(is)) {
        return led_astray(unqualified(&was), unqualified(&is), same);
    }
    match (record(was), record(is)) {
        (Some(ours), Some(theirs)) => {
            if same(ours, theirs) {
                None
            } else {
                apart()
            }
        }
        _ if width(was).is_some() && width(was) == width(is) => None,
        _ if nested_fits(was, is) => nested_astray(was, is, same),
        _ => apart(),
    }
}

/// The same of the members of records without a name.
fn nested_astray(was: &str, is: &str, same: &dyn Fn(&str, &str) -> bool) -> Option<(String, String)> {
    let (was, is) = (Nested::read(was)?, Nested::read(is)?);
    is.members.iter().find_map(|member| {
        let (kind, place) = member.rsplit_once(' ')?;
        let known = was.members.iter().filter_map(|other| other.rsplit_once(' '));
        let (other, _) = known.into_iter().find(|(_, at)| *at == place)?;
        astray(other, kind, same)
    })
}

/// The tag of a record.
fn record(shape: &str) -> Option<&str> {
    let name = shape.strip_prefix("struct ")?;
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(name)
}

/// Bytes of a whole number.
pub fn width(shape: &str) -> Option<u64> {
    let has = |word: &str| shape.split(' ').any(|other| other == word);
    Some(match () {
        () if shape == "_Bool" => 1,
        () if !is_integer(shape) => return None,
        () if shape.starts_with("enum ") => 4,
        () if has("char") => 1,
        () if has("short") => 2,
        () if has("long") => 8,
        () if has("__int128") => 16,
        () => 4,
    })
}

/// The type of a function, by its spelling.
pub fn is_function(shape: &str) -> bool {
    shape.starts_with('(')
}

/// A call of the one hands over, and gets back, what one of the other does: as many values, each a number
/// of one size or a pointer.
fn called_alike(was: &str, is: &str) -> bool {
    let (Some((was, was_result)), Some((is, is_result))) = (signature(was), signature(is)) else {
        return false;
    };
    was.len() == is.len()
        && was.iter().zip(&is).all(|(was, is)| passed_alike(was, is))
        && passed_alike(was_result, is_result)
}

fn passed_alike(was: &str, is: &str) -> bool {
    const SHORT: &[&str] = &["int", "unsigned int"];
    const LONG: &[&str] = &["long", "unsigned long", "long long", "unsigned long long"];
    let (was, is) = (unqualified(was), unqualified(is));
    let both = |words: &[&str]| words.contains(&was) && words.contains(&is);
    was == is || alike_pointers(was, is) || both(SHORT) || both(LONG)
}

/// The parameters and the result of `(A,B)->C`.
fn signature(shape: &str) -> Option<(Vec<&str>, &str)> {
    if !is_function(shape) {
        return None;
    }
    let (mut parameters, mut depth, mut from) = (vec![], 0, 1);
    for (at, c) in shape.char_indices() {
        depth += i32::from(matches!(c, '{' | '(' | '[')) - i32::from(matches!(c, '}' | ')' | ']'));
        if c == ',' && depth == 1 || depth == 0 {
            parameters.push(&shape[from..at]);
            from = at + 1;
        }
        if depth == 0 {
            return Some((parameters, shape[at + 1..].strip_prefix("->")?));
        }
    }
    None
}

/// A record without a name whose members are all where they were, with the same bytes; a union may have
/// others as well.
pub fn nested_fits(was: &str, is: &str) -> bool {
    let (Some(was), Some(is)) = (Nested::read(was), Nested::read(is)) else { return false };
    let same_frame = (was.head, was.tail) == (is.head, is.tail);
    let fits = |member: &str| {
        let place = |text: &str| text.rsplit_once(' ').map(|(_, place)| place.to_string());
        let kind = |text: &str| text.rsplit_once(' ').map(|(kind, _)| kind.to_string()).unwrap_or_default();
        let same = |other: &&&str| place(other) == place(member);
        let known = was.members.iter().find(same);
        let apart = |other: &str| {
            kind(other) == kind(member)
                || alike_pointers(&kind(other), &kind(member))
                || nested_fits(&kind(other), &kind(member))
        };
        known.map_or(is.head.ends_with("union"), |other| apart(other))
    };
    same_frame && is.members.iter().all(|member| fits(member))
}

/// The canonical type of a record without a name: `struct{TYPE NAME@PLACE;…}:SIZE/ALIGN`.
struct Nested<'s> {
    head: &'s str,
    members: Vec<&'s str>,
    tail: &'s str,
}

impl<'s> Nested<'s> {
    fn read(shape: &'s str) -> Option<Self> {
        let (open, close) = (shape.find('{')?, shape.rfind('}')?);
        let (head, tail) = (&shape[..open], &shape[close + 1..]);
        let plain = head.ends_with("struct") || head.ends_with("union");
        let (mut members, mut depth, mut from) = (vec![], 0, open + 1);
        for (at, c) in shape[..close].char_indices().skip_while(|(at, _)| *at <= open) {
            depth += i32::from(matches!(c, '{' | '(' | '[')) - i32::from(matches!(c, '}' | ')' | ']'));
            if c == ';' && depth == 0 {
                members.push(&shape[from..at]);
                from = at + 1;
            }
        }
        members.push(&shape[from..close]);
        (plain && !head.contains('*')).then_some(Self { head, members, tail })
    }
}

pub fn unqualified(shape: &str) -> &str {
    let shape = shape.strip_prefix("const ").unwrap_or(shape);
    shape.strip_prefix("volatile ").unwrap_or(shape)
}

fn is_integer(shape: &str) -> bool {
    const WORDS: &[&str] = &["char", "short", "int", "long", "signed", "unsigned", "__int128"];
    shape.starts_with("enum ") || shape.split(' ').all(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_are_called_alike_fit() {
        let alike = |was: &str, is: &str| alike(was, is) && alike(is, was);
        let was = "*(*struct a,unsigned int)->long";
        assert!(alike(was, "*(*const struct b,int)->unsigned long"));
        assert!(alike("*()->void", "*()->void"));
        assert!(alike("*(*(*struct a)->int)->void", "*(*(*struct b)->int)->void"));
        let other = ["*(*struct a)->long", "*(*struct a,unsigned int,...)->long", "*struct a", "*?"];
        assert!(!other.iter().any(|is| alike(was, is)));
        let other =
            ["*(*struct a,unsigned int)->int", "*(*struct a,long)->long", "*(long,unsigned int)->long"];
        assert!(!other.iter().any(|is| alike(was, is)));
        assert!(!alike("*(*()->int)->void", "*(*struct a)->void"));
    }

    #[test]
    fn pointers_that_fit_lead_to_the_same_objects() {
        let astray = |was: &str, is: &str| astray(was, is, &|was, is| (was, is) == ("a", "renamed"));
        let fine = ["*struct a", "*const struct a", "*struct renamed", "*void"];
        assert!(fine.iter().all(|is| astray("*struct a", is).is_none()));
        let other = ["*struct b", "*char", "**struct a", "*(int)->int"];
        assert!(other.iter().all(|is| astray("*struct a", is).is_some()));
        assert_eq!(astray("*char", "*unsigned char"), None);
        assert!(astray("*int", "*long").is_some());
        assert!(astray("*(*struct a,int)->int", "*(*struct b,int)->int").is_some());
        assert_eq!(astray("*(*struct a,int)->int", "*(*struct renamed,int)->int"), None);
        assert!(astray("struct{*struct a x@0}:8/8", "struct{*struct b x@0}:8/8").is_some());
        assert_eq!(astray("int", "unsigned int"), None);
    }

    #[test]
    fn nested_records_fit_member_by_member() {
        let was = "struct{*struct a first@0;int n@64}:16/8";
        assert!(nested_fits(was, "struct{*struct b first@0;int n@64}:16/8"));
        assert!(!nested_fits(was, "struct{*struct a first@0;int n@64;int m@96}:16/8"));
        assert!(!nested_fits(was, "struct{*struct a first@0;int n@96}:16/8"));
        assert!(!nested_fits(was, "struct{*(int)->int first@0;int n@64}:16/8"));
        assert!(!nested_fits(was, was.replace("16", "24").as_str()));
        let union = "union{int a@0;[4]char b@0}:4/4";
        assert!(nested_fits(union, "union{int a@0;[4]char b@0;struct{int c@0}:4/4 d@0}:4/4"));
    }
}
