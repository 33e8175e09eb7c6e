//! What a location held, as far as it fits into a word.
//!
//! The checks on composed operations ask whether a value is *the same* as before, and reports show it.
//! Both must be cheap and must not depend on what the program's type can do: a value is told by the
//! façade, which knows the type, and is exact for what fits into a word, a digest for longer text, and
//! unknown for the rest. Two values are never called different unless they are.

use core::fmt;

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value {
    bits: u64,
    form: Form,
}

/// How the bits are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Form {
    /// Not at all: nothing is known.
    Unknown,
    /// The key was not there.
    Absent,
    /// `()` and its like.
    Unit,
    /// An unsigned integer.
    Unsigned,
    /// One of a byte.
    Byte,
    /// A signed integer.
    Signed,
    /// A `bool`.
    Bool,
    /// A `char`.
    Char,
    /// An address.
    Pointer,
    /// The bits of an `f64`.
    Float,
    /// Up to seven bytes of text; the eighth is their number.
    Text,
    /// A digest.
    Digest,
    /// Some type's bytes.
    Bits,
    /// The key was there; its value was not looked at.
    Present,
}

const FORMS: [Form; 14] = [
    Form::Unknown,
    Form::Absent,
    Form::Unit,
    Form::Unsigned,
    Form::Byte,
    Form::Signed,
    Form::Bool,
    Form::Char,
    Form::Pointer,
    Form::Float,
    Form::Text,
    Form::Digest,
    Form::Bits,
    Form::Present,
];

impl Value {
    /// Nothing is known.
    pub const UNKNOWN: Value = Value {
        bits: 0,
        form: Form::Unknown,
    };
    /// The key was not there.
    pub const ABSENT: Value = Value {
        bits: 0,
        form: Form::Absent,
    };

    /// The key was there; its value was not looked at.
    pub const PRESENT: Value = Value {
        bits: 0,
        form: Form::Present,
    };

    /// These bits, read as `form`.
    #[inline]
    pub const fn new(bits: u64, form: Form) -> Self {
        Value { bits, form }
    }

    /// The size of a map.
    pub const fn size(len: usize) -> Self {
        Value::new(len as u64, Form::Unsigned)
    }

    /// A number, more by `by`.
    pub fn plus(self, by: i64) -> Self {
        match self.form {
            Form::Unsigned => Value::new(self.bits.saturating_add_signed(by), Form::Unsigned),
            _ => Value::UNKNOWN,
        }
    }

    /// Text: exact up to seven bytes.
    pub fn text(text: &[u8]) -> Self {
        if text.len() < 8 {
            let mut bytes = [0; 8];
            bytes[..text.len()].copy_from_slice(text);
            bytes[7] = text.len() as u8;
            return Value::new(u64::from_le_bytes(bytes), Form::Text);
        }
        // FNV-1a, a word at a time: equal texts have equal digests, and others practically never.
        let mut digest = 0xcbf2_9ce4_8422_2325_u64 ^ text.len() as u64;
        for chunk in text.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            digest = (digest ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            digest ^= digest >> 29;
        }
        Value::new(digest, Form::Digest)
    }

    /// Whether the two are the same; `None` where that cannot be told.
    #[inline]
    pub fn same(self, other: Value) -> Option<bool> {
        match (self.form, other.form) {
            (Form::Absent, form) | (form, Form::Absent) => {
                Some(form == Form::Absent && self.form == other.form)
            }
            (Form::Present, _) | (_, Form::Present) => Some(true),
            (Form::Unknown, _) | (_, Form::Unknown) => None,
            _ => Some(self == other),
        }
    }

    /// Whether this is a present value that can be compared.
    #[inline]
    pub fn is_known(self) -> bool {
        self.form != Form::Unknown
    }

    /// Whether the key was not there.
    #[inline]
    pub fn is_absent(self) -> bool {
        self.form == Form::Absent
    }

    /// Whether it may well be an address: no small number is.
    #[inline]
    pub fn is_like_an_address(self) -> bool {
        matches!(self.form, Form::Pointer | Form::Bits) && self.bits >= 1 << 16
    }

    /// Whether it is an integer.
    pub fn is_integer(self) -> bool {
        matches!(self.form, Form::Unsigned | Form::Byte | Form::Signed)
    }

    /// Whether it is the next integer up or down, where the other may well be a number: not 0, which may be
    /// a flag that is not raised, nor a byte, which may be the code of a state.
    pub fn is_next_to(self, other: Value) -> bool {
        let is_number = |value: Value| matches!(value.form, Form::Unsigned | Form::Signed);
        let step = self.bits.wrapping_sub(other.bits);
        is_number(self) && self.form == other.form && other.bits != 0 && (step == 1 || step == !0)
    }

    /// Whether it is a set's.
    pub fn is_unit(self) -> bool {
        self.form == Form::Unit
    }

    /// A digest of it; none where nothing is known to digest.
    pub fn digest(self) -> Option<u32> {
        match self.form {
            Form::Unknown | Form::Absent | Form::Present | Form::Unit => None,
            _ => Some((self.bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32),
        }
    }

    /// Whether it can only say yes or no, and so names nothing.
    pub fn is_flag(self) -> bool {
        self.form == Form::Bool
    }

    /// Whether nobody has this value by chance.
    pub fn is_telling(self) -> bool {
        match self.form {
            Form::Text => self.bits >> 56 > 2,
            Form::Digest => true,
            Form::Unsigned => self.bits >= 1 << 16,
            _ => false,
        }
    }

    /// The two words that it is stored as.
    #[inline]
    pub fn words(self) -> (u64, u8) {
        (self.bits, self.form as u8)
    }

    /// The value of two words.
    #[inline]
    pub fn from_words(bits: u64, form: u8) -> Self {
        Value::new(bits, FORMS[form as usize % FORMS.len()])
    }
}

/// As a report shows it; nothing where nothing is known.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.bits;
        match self.form {
            Form::Unknown => Ok(()),
            Form::Absent => f.write_str("absent"),
            Form::Present => f.write_str("present"),
            Form::Unit => f.write_str("()"),
            Form::Unsigned | Form::Byte => write!(f, "{bits}"),
            Form::Signed => write!(f, "{}", bits.cast_signed()),
            Form::Bool => write!(f, "{}", bits != 0),
            Form::Char => match u32::try_from(bits).ok().and_then(char::from_u32) {
                Some(char) => write!(f, "{char:?}"),
                None => write!(f, "{bits:#x}"),
            },
            Form::Pointer if bits == 0 => f.write_str("null"),
            Form::Pointer | Form::Bits => write!(f, "{bits:#x}"),
            Form::Float => write!(f, "{:?}", f64::from_bits(bits)),
            Form::Text => {
                let bytes = bits.to_le_bytes();
                let text = &bytes[..usize::from(bytes[7]).min(7)];
                match core::str::from_utf8(text) {
                    Ok(text) => write!(f, "{text:?}"),
                    Err(_) => write!(f, "{text:?}"),
                }
            }
            Form::Digest => write!(f, "a value of digest {:08x}", bits >> 32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_is_only_the_same_as_absent() {
        let five = Value::new(5, Form::Unsigned);
        assert_eq!(Value::ABSENT.same(Value::ABSENT), Some(true));
        assert_eq!(Value::ABSENT.same(five), Some(false));
        assert_eq!(Value::UNKNOWN.same(Value::ABSENT), Some(false));
        assert_eq!(Value::UNKNOWN.same(five), None);
        assert_eq!(Value::UNKNOWN.same(Value::UNKNOWN), None);
        assert_eq!(five.same(Value::new(6, Form::Unsigned)), Some(false));
    }

    #[test]
    fn values_survive_storage_and_are_shown() {
        for (value, shown) in [
            (Value::new(5, Form::Unsigned), "5"),
            (Value::new(u64::MAX, Form::Signed), "-1"),
            (Value::new(1, Form::Bool), "true"),
            (Value::new(0, Form::Pointer), "null"),
            (Value::new(1.5_f64.to_bits(), Form::Float), "1.5"),
            (Value::text(b"idle"), "\"idle\""),
            (Value::ABSENT, "absent"),
            (Value::UNKNOWN, ""),
        ] {
            let (bits, form) = value.words();
            assert_eq!(Value::from_words(bits, form), value);
            assert_eq!(value.to_string(), shown);
        }
    }

    #[test]
    fn long_texts_are_compared_by_digest() {
        let (a, b) = (Value::text(b"a longer text"), Value::text(b"a longer tex_"));
        assert_eq!(a.same(Value::text(b"a longer text")), Some(true));
        assert_eq!(a.same(b), Some(false));
        assert_ne!(Value::text(b""), Value::text(b"\0"));
    }
}
