//! An access to memory, as all detectors see it.

use crate::trace::Action;

/// Bytes that an event reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    pub address: u64,
    pub size: u32,
    pub class: Class,
}

/// What an access does to its bytes. A read-modify-write counts as an atomic write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Class {
    pub write: bool,
    pub atomic: bool,
}

impl Access {
    /// The access an action makes, if it makes one.
    pub fn of(action: Action) -> Option<Access> {
        let (address, size, write, atomic) = match action {
            Action::Read { address, size } => (address, size, false, false),
            Action::Write { address, size } => (address, size, true, false),
            Action::Load { address, size, .. } => (address, size, false, true),
            Action::Store { address, size, .. } => (address, size, true, true),
            Action::Rmw { address, size, .. } => (address, size, true, true),
            _ => return None,
        };
        Some(Access {
            address,
            size,
            class: Class { write, atomic },
        })
    }

    /// Each byte's address.
    pub fn bytes(self) -> impl Iterator<Item = u64> {
        (0..u64::from(self.size)).map(move |offset| self.address.wrapping_add(offset))
    }
}

impl Class {
    /// Two accesses to one byte conflict if one writes and not both are atomic.
    pub fn conflicts(self, other: Class) -> bool {
        (self.write || other.write) && !(self.atomic && other.atomic)
    }

    /// Whether all that conflicts with `other` conflicts with `self` too.
    pub fn covers(self, other: Class) -> bool {
        (self.write || !other.write) && (!self.atomic || other.atomic)
    }
}

/// Ends what `bytes` keeps for the range, however large it is.
pub(super) fn forget<T>(bytes: &mut std::collections::HashMap<u64, T>, address: u64, size: u32) {
    if size as usize > bytes.len() {
        bytes.retain(|byte, _| byte.wrapping_sub(address) >= u64::from(size));
    } else {
        for offset in 0..u64::from(size) {
            bytes.remove(&address.wrapping_add(offset));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: [Class; 4] = [
        Class {
            write: false,
            atomic: false,
        },
        Class {
            write: false,
            atomic: true,
        },
        Class {
            write: true,
            atomic: false,
        },
        Class {
            write: true,
            atomic: true,
        },
    ];

    #[test]
    fn covers_means_that_every_conflict_is_shared() {
        for one in CLASSES {
            for other in CLASSES {
                let shared = CLASSES
                    .iter()
                    .all(|c| !c.conflicts(other) || c.conflicts(one));
                assert_eq!(one.covers(other), shared, "{one:?} {other:?}");
            }
        }
    }
}
