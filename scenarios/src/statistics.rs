//! How sure a measured rate is, whether two detectors differ, how many runs find a race, and the middle of
//! measured times.

use statrs::distribution::{Binomial, DiscreteCDF};

/// The 97.5 % quantile of the normal distribution: 95 % lie within.
const Z95: f64 = 1.959_963_984_540_054;

/// The 95 % interval of a rate after `hits` of `runs`, by Wilson's score (E. B. Wilson, "Probable
/// inference", JASA 1927): unlike the textbook interval it stays within 0..=1 and keeps its width
/// where all runs agree. `None` for no runs.
pub fn wilson95(hits: u64, runs: u64) -> Option<[f64; 2]> {
    if runs == 0 {
        return None;
    }
    let (n, p) = (runs as f64, hits as f64 / runs as f64);
    let z2 = Z95 * Z95;
    let middle = p + z2 / (2.0 * n);
    let spread = Z95 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    // The ends are exact where all runs agree; rounding must not move them.
    let low = if hits == 0 {
        0.0
    } else {
        ((middle - spread) / scale).max(0.0)
    };
    let high = if hits == runs {
        1.0
    } else {
        ((middle + spread) / scale).min(1.0)
    };
    Some([low, high])
}

/// The median; the mean of the middle two where there is no middle one. `None` for no values.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[half]),
        _ => Some((values[half - 1] + values[half]) / 2.0),
    }
}

/// How likely two detectors that are equally good disagree as unevenly as this, by McNemar's exact
/// test, two-sided (Q. McNemar, Psychometrika 1947): of the runs on which they disagree, `only_a` and
/// `only_b` of either kind, each is as likely to be of one kind as of the other. 1 where they never do.
pub fn mcnemar(only_a: u64, only_b: u64) -> f64 {
    if only_a == only_b {
        return 1.0; // exactly, which the sum below would miss by a rounding
    }
    let coin = Binomial::new(0.5, only_a + only_b).expect("a half is a probability");
    (2.0 * coin.cdf(only_a.min(only_b))).min(1.0)
}

/// The chance that `runs` runs find what each of them finds with chance `rate`: 1 - (1 - rate)^runs.
pub fn found_within(runs: u64, rate: f64) -> f64 {
    -(runs as f64 * (-rate).ln_1p()).exp_m1()
}

/// How many runs find it with a chance of at least 95 %. `None` for a rate of 0.
pub fn runs_for_95(rate: f64) -> Option<u64> {
    first_run(|runs| found_within(runs, rate) >= 0.95)
}

/// The least number of runs that is `enough`, which must hold from there on. `None` where a thousand
/// million is not.
pub fn first_run(enough: impl Fn(u64) -> bool) -> Option<u64> {
    const MOST: u64 = 1_000_000_000;
    let mut high = 1;
    while !enough(high) {
        high *= 2;
        if high > MOST {
            return None;
        }
    }
    let mut low = high / 2; // not enough, or 0
    while high - low > 1 {
        let middle = low.midpoint(high);
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// The geometric mean, which is what ratios have. `None` for no values.
pub fn geometric_mean(ratios: &[f64]) -> Option<f64> {
    let logarithms: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (!ratios.is_empty()).then(|| (logarithms / ratios.len() as f64).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_interval(hits: u64, runs: u64, low: f64, high: f64) {
        let [l, h] = wilson95(hits, runs).expect("there were runs");
        assert!(
            (l - low).abs() < 5e-5 && (h - high).abs() < 5e-5,
            "{hits}/{runs}: {l}..{h}"
        );
    }

    // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine
    // 1998, table I, method 3.
    #[test]
    fn wilson_agrees_with_published_values() {
        assert_interval(81, 263, 0.2553, 0.3662);
        assert_interval(15, 148, 0.0624, 0.1605);
        assert_interval(0, 20, 0.0, 0.1611);
        assert_interval(1, 29, 0.0061, 0.1718);
    }

    #[test]
    fn wilson_reaches_one_when_all_runs_agree() {
        assert_interval(200, 200, 0.98115, 1.0);
        assert_eq!(wilson95(200, 200).expect("there were runs")[1], 1.0);
    }

    /// 2 * P(X <= 3) for X of Binomial(15, 1/2) is 2 * (1 + 15 + 105 + 455) / 2^15.
    #[test]
    fn mcnemar_is_the_binomial_tail() {
        assert!((mcnemar(3, 12) - 1152.0 / 32768.0).abs() < 1e-12);
        assert_eq!(mcnemar(3, 12), mcnemar(12, 3));
        assert!((mcnemar(0, 10) - 2.0 / 1024.0).abs() < 1e-12);
    }

    #[test]
    fn detectors_that_agree_do_not_differ() {
        assert_eq!(mcnemar(0, 0), 1.0);
        assert_eq!(mcnemar(5, 5), 1.0);
        assert!((mcnemar(1, 0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_chance_to_find_grows_with_the_runs() {
        assert!((found_within(2, 0.5) - 0.75).abs() < 1e-12);
        assert_eq!((found_within(9, 0.0), found_within(1, 1.0)), (0.0, 1.0));
        // 1 - 0.9^28 = 0.9477, 1 - 0.9^29 = 0.9529.
        assert_eq!(runs_for_95(0.1), Some(29));
        assert_eq!((runs_for_95(1.0), runs_for_95(0.96)), (Some(1), Some(1)));
        assert_eq!((runs_for_95(0.0), runs_for_95(0.5)), (None, Some(5)));
    }

    #[test]
    fn a_ratio_and_its_inverse_cancel() {
        let mean = geometric_mean(&[4.0, 0.25]).expect("two values");
        assert!((mean - 1.0).abs() < 1e-12);
        assert_eq!(geometric_mean(&[]), None);
    }

    #[test]
    fn no_runs_have_no_interval_and_no_median() {
        assert_eq!(wilson95(0, 0), None);
        assert_eq!(median(Vec::new()), None);
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 100.0]), Some(3.0));
    }
}
