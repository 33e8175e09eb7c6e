//! One bit a run, as a string of hexadecimal digits.
//!
//! The first run is the highest bit of the first digit; the last digit is filled up with zeros. How many
//! runs there are is the cell's `runs`.

use serde::{Deserialize, Serialize};

/// What each run of a cell came to, in their order. Always whole digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Verdicts(Vec<bool>);

impl Verdicts {
    /// The first `runs` of them.
    pub fn first(&self, runs: u64) -> impl Iterator<Item = bool> {
        let runs = usize::try_from(runs).unwrap_or(usize::MAX);
        self.0.iter().copied().take(runs)
    }

    /// Those of the first `runs` here, then the first `more` of another's.
    pub fn then(&self, runs: u64, other: &Self, more: u64) -> Self {
        self.first(runs).chain(other.first(more)).collect()
    }

    /// How many of the first `runs` count.
    pub fn hits(&self, runs: u64) -> u64 {
        self.first(runs).filter(|hit| *hit).count() as u64
    }

    /// How many runs there is room for: up to three more than there were.
    pub fn len(&self) -> u64 {
        self.0.len() as u64
    }
}

impl FromIterator<bool> for Verdicts {
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> Self {
        let mut bits: Vec<_> = bits.into_iter().collect();
        bits.resize(bits.len().next_multiple_of(4), false);
        Verdicts(bits)
    }
}

impl From<Verdicts> for String {
    fn from(verdicts: Verdicts) -> Self {
        let digit = |bits: &[bool]| {
            let value = bits
                .iter()
                .fold(0, |value, bit| value << 1 | u32::from(*bit));
            char::from_digit(value, 16).expect("four bits")
        };
        verdicts.0.chunks(4).map(digit).collect()
    }
}

impl TryFrom<String> for Verdicts {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut bits = Vec::with_capacity(text.len() * 4);
        for digit in text.chars() {
            let value = digit.to_digit(16);
            let value =
                value.ok_or_else(|| format!("expected hexadecimal digits, found `{digit}`"))?;
            bits.extend((0..4).rev().map(|bit| value >> bit & 1 == 1));
        }
        Ok(Verdicts(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_run_is_the_highest_bit_of_the_first_digit() {
        let verdicts: Verdicts = [true, false, false, true, true].into_iter().collect();
        assert_eq!(String::from(verdicts.clone()), "98");
        let read = Verdicts::try_from("98".to_owned()).expect("digits");
        assert!(read.first(5).eq(verdicts.first(5)));
        assert_eq!(read.len(), 8);
    }

    #[test]
    fn one_follows_the_other_without_the_filling() {
        let read = |text: &str| Verdicts::try_from(text.to_owned()).expect("digits");
        assert_eq!(String::from(read("8").then(1, &read("c"), 2)), "e");
    }

    #[test]
    fn other_characters_are_refused() {
        let error = Verdicts::try_from("9x".to_owned()).expect_err("x is no digit");
        assert_eq!(error, "expected hexadecimal digits, found `x`");
    }
}
