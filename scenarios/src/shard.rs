//! A part of the programs, for one of several machines.

use std::str::FromStr;

/// The `index`-th of `count` parts of the programs, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// Whether the program of this number, from 0, is in it.
    pub fn contains(self, program: usize) -> bool {
        program % self.count == self.index - 1
    }

    /// Of how many it is one.
    pub fn count(self) -> usize {
        self.count
    }

    /// All parts of as many as this is one of.
    pub fn all(self) -> impl Iterator<Item = Shard> {
        let count = self.count;
        (1..=count).map(move |index| Shard { index, count })
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(index, count)| {
            Some(Shard {
                index: index.parse().ok()?,
                count: count.parse().ok()?,
            })
        });
        match parsed {
            Some(shard) if (1..=shard.count).contains(&shard.index) => Ok(shard),
            _ => Err("expected I/N with I from 1 to N, such as 2/4".to_owned()),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_so_many() {
        let shard: Shard = "2/4".parse().expect("a shard");
        assert_eq!(shard.to_string(), "2/4");
        for bad in ["0/4", "5/4", "2", "a/b", "1/0", "", "-1/4", "1/2/3"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }

    #[test]
    fn shards_cover_the_programs_without_overlap() {
        let shard: Shard = "2/3".parse().expect("a shard");
        for program in 0..10 {
            assert_eq!(shard.all().filter(|s| s.contains(program)).count(), 1);
        }
    }
}
