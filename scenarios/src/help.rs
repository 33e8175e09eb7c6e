//! What `--help` says below the options: examples and exit statuses.

pub const TOP: &str = "\
Examples, after `cargo run --release -p fidge-scenarios --`:
  list                                  what there is, and where each race is in the source
  run                                   Fidge on every pair: races found, twins left alone?
  compare                               detectors side by side, a first try
  run two-locks --record traces         keep an execution of each program of one pair
  replay traces/map.two-locks.racy.fidge --detector lockset
  merge part1.json part2.json           shards put together

Exit status:
  0  all is well
  1  only `run`: Fidge was wrong about a program
  2  bad input: a line on standard error says what was expected

Each command has a --help of its own. Colours are left out where standard output is no terminal
or NO_COLOR is set.";

pub const LIST: &str = "\
Examples:
  list                                  a table: the story of each pair, and its two racing lines
  list --json                           the same for programs, with citations

Exit status:
  0  always";

pub const RUN: &str = "\
Examples:
  run                                   every pair, about half a minute
  run map/                              one class
  run two-locks --runs 1000             one pair, and narrow intervals
  run --runs 200 --json racy.json       results in a file too, whole at the end
  run readers --record traces           keep an execution of each, for `replay`

The columns count runs: `detected`, a report named the two marked lines; `false`, anything else was
reported; `wrong`, the program's result was wrong; `lost`, it crashed or hung. `rate` is the share of detected runs, of false
ones for a fixed program, with its 95% interval.

Until the end the runs are in FILE.partial, a line each, from where the same command goes on after a kill.

Exit status:
  0  every race that is in every run was detected in every run, the others at the rate that
     `list` states, nothing else was reported, and no twin went wrong
  1  not so; a line for each program on standard error says what was expected
  2  bad input: a line on standard error says what was expected";

pub const COMPARE: &str = "\
Examples:
  compare                               a first try, under 3 minutes: 3 runs, nothing to install
  compare --full --json results.json    a campaign: every detector, 20 runs
  compare history/ --detectors fidge,cells4 --runs 100
  compare --detectors fidge,plain --jobs 1   costs, undisturbed
  compare --shard 2/4 --json part2.json a quarter of the programs, for one of four machines
  compare --html page.html              pictures and tables on one page, for any browser

Live detectors and tools watch executions of their own. The offline ones all judge the same
recorded execution, run by run, so their rates differ by algorithm alone; their times have the
recording in them. A program that crashes or hangs costs the run it happens in, and is counted.

With --json nothing is lost to a kill or a full disk: runs are kept in FILE.partial as they are
made, and the same command goes on from there. docs/compare-schema.md describes the file, deploy/
has scripts that spread a campaign over machines. A finished FILE of other settings is not replaced.

Exit status:
  0  the comparison was made, whatever came out; a detector that did not run is below the table,
     and a shard without programs says so
  2  bad input: a line on standard error says what was expected";

#[cfg(feature = "detect")]
pub const REPLAY: &str = "\
Examples:
  replay traces/map.two-locks.racy.fidge
  replay traces/map.two-locks.racy.fidge --detector lockset
  replay other.std --detector cells4    a trace of the RAPID tools

Exit status:
  0  the trace was judged, whatever came out
  2  bad input: a line on standard error says what was expected";

pub const MERGE: &str = "\
Examples:
  merge part1.json part2.json           shards of one comparison
  merge monday.json tuesday.json        repetitions: their counts are added
  merge all.json --html page.html       one page of pictures and tables instead of the JSON
  merge all.json --svg img --trace-of publication/flag-before-data

Shards that are missing and files of different builds are warned of.

Exit status:
  0  the merged results are on standard output, or the pictures written
  2  bad input, or files that do not belong together, contradict themselves or have
     the same runs: a line on standard error says why";

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Every example, without what it does.
    pub fn examples() -> impl Iterator<Item = &'static str> {
        let texts = [
            TOP,
            LIST,
            RUN,
            COMPARE,
            #[cfg(feature = "detect")]
            REPLAY,
            MERGE,
        ];
        texts.into_iter().flat_map(|text| {
            let lines = text.lines().skip(1).take_while(|line| !line.is_empty());
            // The two columns are apart by two spaces, or the first is 38 wide.
            lines.map(|line| {
                let line = line.trim_start();
                let whole = line.get(..38).filter(|first| first.ends_with(' '));
                whole
                    .unwrap_or(line)
                    .split("  ")
                    .next()
                    .expect("one part")
                    .trim()
            })
        })
    }

    #[test]
    fn there_are_examples() {
        assert!(examples().count() >= 15);
        assert!(examples().any(|example| example == "compare --shard 2/4 --json part2.json"));
    }
}
