//! What kinds of numbers can hold, by the names of C's types: whether one takes all values of another.

use std::cmp::Ordering;

/// What a type of numbers holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// True or false.
    Boolean,
    /// Bits, of whatever sign: the way there and back keeps them.
    Integer(u64),
    /// Bits of the fraction, and rank among the floating types.
    Floating(u64, u8),
    /// The same, with an imaginary part.
    Complex(u64, u8),
}

impl Number {
    /// Of a canonical type, without the dimensions of an array; `width` of a bit-field.
    pub fn of(shape: &str, width: Option<u64>) -> Option<Self> {
        let bare = shape.trim_start_matches("const ").trim_start_matches("volatile ");
        if let Some(real) = bare.strip_prefix("_Complex ") {
            return match Self::of(real, None)? {
                Self::Floating(bits, rank) => Some(Self::Complex(bits, rank)),
                other => Some(other),
            };
        }
        let integer = |bits: u64| Some(Self::Integer(width.unwrap_or(bits)));
        match bare {
            "_Bool" | "bool" => Some(Self::Boolean),
            "char" | "signed char" | "unsigned char" => integer(8),
            "short" | "unsigned short" => integer(16),
            "int" | "unsigned int" => integer(32),
            "long" | "unsigned long" | "long long" | "unsigned long long" => integer(64),
            "__int128" | "unsigned __int128" => integer(128),
            "_Float16" | "__fp16" => Some(Self::Floating(11, 0)),
            "__bf16" => Some(Self::Floating(8, 1)),
            "float" => Some(Self::Floating(24, 1)),
            "double" => Some(Self::Floating(53, 2)),
            "long double" => Some(Self::Floating(64, 3)),
            "__float128" => Some(Self::Floating(113, 4)),
            _ if bare.starts_with("enum ") || bare.starts_with("enum{") => integer(32),
            _ => None,
        }
    }

    /// Some value of it is another one after the way to `other` and back.
    pub fn loses_in(self, other: Self) -> bool {
        use Number::{Boolean, Complex, Floating, Integer};
        let floating = |a: (u64, u8), b: (u64, u8)| {
            a.0.cmp(&b.0) == Ordering::Greater || a.1.cmp(&b.1) == Ordering::Greater
        };
        match (self, other) {
            (Boolean, _) => false,
            (Integer(bits), Boolean) => bits > 1,
            (Integer(bits), Integer(there)) => bits > there,
            (Integer(bits), Floating(there, _) | Complex(there, _)) => bits > there,
            (Floating(..) | Complex(..), Boolean | Integer(_)) | (Complex(..), Floating(..)) => true,
            (Floating(a, b) | Complex(a, b), Floating(c, d) | Complex(c, d)) => floating((a, b), (c, d)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_type_takes_all_values_of_a_narrower_one() {
        let loses =
            |from: &str, to: &str| Number::of(from, None).unwrap().loses_in(Number::of(to, None).unwrap());
        for (narrow, wide) in [
            ("_Bool", "char"),
            ("int", "long"),
            ("unsigned short", "float"),
            ("int", "double"),
            ("unsigned long", "long double"),
            ("float", "double"),
            ("double", "_Complex double"),
            ("enum color", "long"),
        ] {
            assert!(!loses(narrow, wide), "{narrow} to {wide}");
            assert!(loses(wide, narrow), "{wide} to {narrow}");
        }
        assert!(loses("int", "float") && loses("long", "double") && loses("__bf16", "_Float16"));
        assert!(!loses("int", "unsigned int") && !loses("const volatile int", "int"));
    }

    #[test]
    fn a_bit_field_holds_as_many_bits_as_it_is_wide() {
        let three = Number::of("unsigned int", Some(3)).unwrap();
        let five = Number::of("int", Some(5)).unwrap();
        assert!(five.loses_in(three) && !three.loses_in(five));
        assert!(Number::of("*int", None).is_none());
    }
}
