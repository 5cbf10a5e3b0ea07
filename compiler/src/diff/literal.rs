//! Values of literals, so that another spelling of the same constant is no change.

use lang_c::ast::{Float, FloatBase, FloatFormat, Integer, IntegerBase, IntegerSize};

/// Value and rank (0 int, 1 unsigned, 2 long, 3 unsigned long, 4 long long, 5 unsigned long long).
pub fn integer(integer: &Integer) -> Option<(u128, u8)> {
    let radix = match integer.base {
        IntegerBase::Decimal => 10,
        IntegerBase::Octal => 8,
        IntegerBase::Hexadecimal => 16,
        IntegerBase::Binary => 2,
    };
    if integer.suffix.imaginary {
        return None;
    }
    let digits = if integer.number.is_empty() { "0" } else { &integer.number };
    let value = u128::from_str_radix(digits, radix).ok()?;
    let signed_only = radix == 10;
    let smallest = match integer.suffix.size {
        IntegerSize::Int => 0,
        IntegerSize::Long => 2,
        IntegerSize::LongLong => 4,
    };
    let limits = [i32::MAX as u128, u32::MAX as u128, i64::MAX as u128, u64::MAX as u128];
    let limit = |rank: u8| limits[if rank >= 4 { rank as usize - 2 } else { rank as usize }];
    let rank = (smallest..6).find(|&rank| {
        let unsigned = rank % 2 == 1;
        let allowed = if integer.suffix.unsigned { unsigned } else { !unsigned || !signed_only };
        allowed && value <= limit(rank)
    });
    Some((value, rank.unwrap_or(5)))
}

/// A character constant's value; `None` for prefixes and multi-character constants.
pub fn character(spelled: &str) -> Option<u128> {
    let inner = spelled.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut bytes = vec![];
    unescape(inner, &mut bytes);
    match bytes[..] {
        [byte] => Some(i128::from(byte as i8) as u128),
        _ => None,
    }
}

/// A floating constant, decimal ones by value.
pub fn float(float: &Float) -> String {
    let format = match &float.suffix.format {
        FloatFormat::Float => "f".to_string(),
        FloatFormat::Double => String::new(),
        FloatFormat::LongDouble => "l".to_string(),
        other => format!("{other:?}"),
    };
    let imaginary = if float.suffix.imaginary { "i" } else { "" };
    let long = float.suffix.format == FloatFormat::LongDouble;
    let value = match float.base {
        FloatBase::Decimal if !long => float.number.parse::<f64>().ok(),
        _ => None,
    };
    match value {
        Some(value) => format!("{value:e}{format}{imaginary}"),
        None => format!("{:?} {}{format}{imaginary}", float.base, float.number),
    }
}

/// A string literal's value.
#[derive(Clone, Debug, Default)]
pub struct Text {
    prefix: String,
    bytes: Vec<u8>,
    /// The same without the pieces that are the name of the file in which the literal stands.
    fileless: Vec<u8>,
    /// Where such pieces were, in `fileless`.
    files: Vec<usize>,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        let own_file = || !self.files.is_empty() && self.files == other.files && self.fileless == other.fileless;
        self.prefix == other.prefix && (self.bytes == other.bytes || own_file())
    }
}

/// The value of a string literal in pieces; `root` is taken out of file names, `file` is the
/// name of the file in which it stands.
pub fn string(pieces: &[String], root: &str, file: &str) -> Text {
    let mut found = Text::default();
    for piece in pieces {
        let Some((head, inner)) = piece.split_once('"') else { continue };
        if !head.is_empty() {
            found.prefix = head.to_string();
        }
        let mut bytes = vec![];
        unescape(inner.strip_suffix('"').unwrap_or(inner), &mut bytes);
        match !file.is_empty() && bytes == file.as_bytes() {
            true => found.files.push(found.fileless.len()),
            false => found.fileless.extend(&bytes),
        }
        found.bytes.extend(bytes);
    }
    found.bytes = without_root(found.bytes, root);
    found
}

fn without_root(bytes: Vec<u8>, root: &str) -> Vec<u8> {
    let root = root.trim_end_matches('/');
    match String::from_utf8(bytes) {
        Ok(text) if root.len() > 1 && text.contains(root) => {
            text.replace(&format!("{root}/"), "").into_bytes()
        }
        Ok(text) => text.into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

/// Decodes escapes; each piece of a literal is decoded on its own, as C does.
fn unescape(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'\\' || at + 1 == bytes.len() {
            out.push(bytes[at]);
            at += 1;
            continue;
        }
        let (value, used) = escape(&bytes[at + 1..]);
        out.extend(value);
        at += 1 + used;
    }
}

/// The bytes of an escape and how long it is without its backslash.
fn escape(bytes: &[u8]) -> (Vec<u8>, usize) {
    let simple = |value: u8| (vec![value], 1);
    match bytes[0] {
        b'n' => simple(b'\n'),
        b't' => simple(b'\t'),
        b'r' => simple(b'\r'),
        b'a' => simple(7),
        b'b' => simple(8),
        b'f' => simple(12),
        b'v' => simple(11),
        b'e' | b'E' => simple(27),
        b'0'..=b'7' => number(bytes, 8, 0, 3),
        b'x' => number(bytes, 16, 1, usize::MAX),
        b'u' | b'U' => (bytes[..1].to_vec(), 1),
        other => simple(other),
    }
}

fn number(bytes: &[u8], radix: u32, skip: usize, most: usize) -> (Vec<u8>, usize) {
    let digits = bytes[skip..].iter().take(most).take_while(|b| (**b as char).is_digit(radix)).count();
    let text = std::str::from_utf8(&bytes[skip..skip + digits]).unwrap_or("0");
    let value = u64::from_str_radix(text, radix).unwrap_or(0);
    (vec![value as u8], skip + digits)
}
