//! How sure a measured rate is, and the middle of measured times.

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
