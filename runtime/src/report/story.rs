//! The order in which the operations of a race are told.

use super::{Access, Kind, Race};

/// One operation of a race, as it is told.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub access: &'a Access,
    /// How its strand is called.
    pub who: &'a str,
    /// Its number, where the order matters to the reader.
    pub step: Option<usize>,
    /// Whether it is the one to look at.
    pub primary: bool,
    /// Whether it is the earlier one of two.
    pub earlier: bool,
}

/// All operations of a race. `names` are those of the sides' and the witnesses' strands.
///
/// Of two accesses the later one comes first: it found the race. What several operations make is told as
/// it came about.
pub(super) fn parts<'a>(race: &'a Race, names: &'a [String]) -> Vec<Part<'a>> {
    let all: Vec<&Access> = race.accesses().iter().chain(race.witnesses()).collect();
    let primary = usize::from(race.kind() != Kind::GuardAcrossAwait);
    let part = |(step, index): (usize, usize)| Part {
        access: all[index],
        who: &names[index],
        step: is_composed(race.kind()).then_some(step),
        primary: index == primary,
        earlier: index == 0,
    };
    (1..).zip(order(race)).map(part).collect()
}

/// Whether it takes more than two accesses, or more than their order, to make the fault.
pub(super) fn is_composed(kind: Kind) -> bool {
    !matches!(kind, Kind::DataRace | Kind::MapRace)
}

/// 0 and 1 are the sides, 2 and up the witnesses.
fn order(race: &Race) -> Vec<usize> {
    let end = 2 + race.witnesses().len();
    let (first, second, witnesses) = ([0], [1], 2..end);
    match race.kind() {
        Kind::DataRace | Kind::MapRace => vec![1, 0],
        // The held lock, who asks, and from there around the cycle.
        Kind::GuardDeadlock => (0..end).collect(),
        // The last change is told after what the exchange was to vouch for.
        Kind::Aba if end == 5 => vec![0, 3, 4, 2, 1],
        Kind::Atomicity => {
            let opening = opening(race).map(|witness| 2 + witness);
            let between = witnesses.filter(|&index| Some(index) != opening);
            opening
                .into_iter()
                .chain(first)
                .chain(between)
                .chain(second)
                .collect()
        }
        // Each strand's outer lock, then its inner one.
        Kind::LockOrder if end > 3 => [2, 0].into_iter().chain(4..end).chain([3, 1]).collect(),
        _ => first.into_iter().chain(witnesses).chain(second).collect(),
    }
}

/// Which witness opened the atomic scope; its operation is the scope's name.
pub(super) fn opening(race: &Race) -> Option<usize> {
    let begins = |witness: &Access| witness.role() == Some("where the scope begins");
    race.witnesses().iter().position(begins)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn every_operation_is_told_once_however_many_there_are() {
        let kinds = [
            Kind::DataRace,
            Kind::StaleWrite,
            Kind::Aba,
            Kind::Atomicity,
            Kind::GuardDeadlock,
            Kind::GuardAcrossAwait,
            Kind::LockOrder,
            Kind::Iteration,
            Kind::StaleSize,
            Kind::Unordered,
        ];
        for kind in kinds {
            let most = if is_composed(kind) { 8 } else { 0 };
            for witnesses in 0..=most {
                let mut race = sample::race();
                race.kind = kind;
                race.witnesses = vec![race.accesses[0].clone(); witnesses];
                let mut told = order(&race);
                told.sort_unstable();
                assert_eq!(told, Vec::from_iter(0..2 + witnesses), "{kind:?}");
            }
        }
    }
}
