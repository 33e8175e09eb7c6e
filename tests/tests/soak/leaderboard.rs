//! A leaderboard: best scores by `alter`, and readers who list the leaders meanwhile.

use fidge::dashmap::DashMap;
use fidge::thread;

#[derive(Default)]
struct Leaderboard {
    best: DashMap<String, u32>,
}

impl Leaderboard {
    fn submit(&self, player: &str, score: u32) {
        if !self.best.contains_key(player) {
            self.best.entry(player.to_owned()).or_insert(0);
        }
        self.best.alter(player, |_, best| best.max(score));
    }

    fn top(&self, n: usize) -> Vec<(String, u32)> {
        let mut all: Vec<(String, u32)> = self
            .best
            .iter()
            .map(|entry| (entry.key().clone(), *entry.value()))
            .collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        all.truncate(n);
        all
    }
}

#[test]
fn the_best_score_stays() {
    crate::soak(|| {
        let board = Leaderboard::default();
        thread::scope(|s| {
            for game in 0..3 {
                let board = &board;
                s.spawn(move || {
                    for round in 0..20 {
                        let player = ["ann", "bob", "cleo", "dan"][(game + round) % 4];
                        board.submit(player, (round * 37 + game * 11) as u32 % 100);
                    }
                });
            }
            s.spawn(|| {
                for _ in 0..8 {
                    let top = board.top(3);
                    assert!(top.is_sorted_by(|a, b| a.1 >= b.1));
                }
            });
        });
        let scores = |player: usize| {
            (0..3).flat_map(move |game| {
                let rounds = (0..20).filter(move |round| (game + round) % 4 == player);
                rounds.map(move |round| (round * 37 + game * 11) as u32 % 100)
            })
        };
        let best = (0..4).map(|player| scores(player).max().expect("played"));
        assert_eq!(board.top(1)[0].1, best.max().expect("four players"));
    });
}
