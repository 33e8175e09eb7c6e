//! Campaigns as they go in life: killed, on a full disk, in parts, with bad input.
#![cfg(all(unix, feature = "detect"))]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const PROGRAM: &str = env!("CARGO_BIN_EXE_fidge-scenarios");

/// What is measured here: races of every schedule, under detectors that are exact, so that the verdicts do not
/// depend on luck.
fn campaign(file: &Path) -> Vec<String> {
    let file = file.to_str().expect("UTF-8");
    let arguments = "compare map/ --detectors fidge,oracle --runs 25 --seed 7 --jobs 2 --json";
    let arguments = arguments.split(' ').map(str::to_owned);
    arguments.chain([file.to_owned()]).collect()
}

fn scenarios(arguments: &[impl AsRef<std::ffi::OsStr>]) -> Output {
    Command::new(PROGRAM)
        .args(arguments)
        .output()
        .expect("it starts")
}

#[track_caller]
fn assert_well(output: &Output) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
}

#[track_caller]
fn assert_refused(output: &Output, expected: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(
        error.contains(expected) && error.lines().count() == 1,
        "{error}"
    );
    assert!(output.stdout.is_empty());
}

fn partial(file: &Path) -> PathBuf {
    file.with_extension("json.partial")
}

/// The whole lines that are in the journal.
fn journal(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(partial(file)).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(str::to_owned).collect()
}

/// Starts the campaign and kills it, mercilessly, once its journal has more than `lines`.
fn kill_after(lines: usize, file: &Path) {
    let mut command = Command::new(PROGRAM);
    command.args(campaign(file)).stdout(Stdio::null());
    let mut child = command.spawn().expect("it starts");
    while journal(file).len() <= lines {
        let ended = child.try_wait().expect("it is ours");
        assert_eq!(ended, None, "it ended before it could be killed");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("it is ours");
    child.wait().expect("it is ours");
    assert!(!file.exists(), "the results are not whole yet");
}

fn read(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).expect("readable")).expect("JSON")
}

/// What the seed and the programs alone determine, as `docs/compare-schema.md` says. (Here `verdicts`, and
/// what follows from them, are among it.)
fn lasting(mut results: Value) -> Value {
    for cell in results["cells"].as_array_mut().expect("a list") {
        let cell = cell.as_object_mut().expect("an object");
        for lucky in ["median_ms", "peak_bytes", "manifested"] {
            cell.remove(lucky);
        }
    }
    for rates in results["summary"]["rates"].as_array_mut().expect("a list") {
        rates
            .as_object_mut()
            .expect("an object")
            .remove("missed")
            .expect("missed");
    }
    results
}

#[test]
fn killed_and_started_again_it_comes_to_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, cut) = (
        folder.path().join("whole.json"),
        folder.path().join("cut.json"),
    );
    assert_well(&scenarios(&campaign(&whole)));

    kill_after(40, &cut);
    let first = journal(&cut);
    kill_after(first.len() + 200, &cut);
    let second = journal(&cut);
    assert_eq!(
        second[..first.len()],
        first[..],
        "nothing that was there is lost"
    );
    assert_well(&scenarios(&campaign(&cut)));

    assert_eq!(lasting(read(&cut)), lasting(read(&whole)));
    assert!(!partial(&cut).exists());
    let cells = read(&cut)["cells"].as_array().expect("a list").len();
    assert_eq!(cells, 2 * 2 * 7);
}

#[test]
fn a_full_disk_loses_nothing_that_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("results.json");
    let script = "trap '' XFSZ; ulimit -f 20; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    let output = command
        .args(["-c", script, PROGRAM])
        .args(campaign(&file))
        .output();
    assert_refused(
        &output.expect("there is a shell"),
        "what came before is in it, and the same command goes on from there",
    );
    let before = journal(&file);
    assert!(before.len() > 20, "{} lines", before.len());
    assert_well(&scenarios(&campaign(&file)));
    let cells = read(&file);
    let cells = cells["cells"].as_array().expect("a list");
    assert!(
        cells
            .iter()
            .all(|cell| cell["runs"] == 25 && cell["status"] == "ran")
    );
}

#[test]
fn what_holds_no_results_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes.txt");
    fs::write(&file, "notes").expect("writable");
    let output = scenarios(&campaign(&file));
    assert_refused(&output, "notes.txt: expected JSON");
    assert_eq!(fs::read(&file).expect("readable"), b"notes");
    assert!(!partial(&file).exists());
}

#[test]
fn finished_results_are_replaced_by_their_like_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keep.json");
    let name = file.to_str().expect("UTF-8");
    let compare = ["compare", "two-locks", "--detectors", "fidge,oracle"];
    let compare = [&compare[..], &["--runs", "1", "--json", name]].concat();
    assert_well(&scenarios(&compare));
    let before = fs::read(&file).expect("readable");
    let run = ["run", "two-locks", "--runs", "1", "--json", name];
    assert_refused(
        &scenarios(&run),
        "keep.json: it has results of another list of detectors",
    );
    assert_eq!(fs::read(&file).expect("readable"), before);
    assert!(!partial(&file).exists());
    assert_well(&scenarios(&compare));
}

#[test]
fn pictures_replace_nothing_but_pictures() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    let compare = |more: &[&str]| {
        let arguments = [
            "compare",
            "two-locks",
            "--detectors",
            "fidge",
            "--runs",
            "1",
        ];
        scenarios(&[&arguments[..], more].concat())
    };
    let (results, page) = (file("z"), file("z.html"));
    for same in [results.clone(), format!("{results}.partial")] {
        assert_refused(
            &compare(&["--json", &results, "--html", &same]),
            ": expected a file of its own for the pictures",
        );
        assert!(!Path::new(&same).exists());
    }
    for _ in 0..2 {
        assert_well(&compare(&["--json", &results, "--html", &page]));
    }
    let before = fs::read(&results).expect("readable");
    assert_refused(
        &scenarios(&["merge", &results, "--html", &results]),
        "z: expected a file of its own",
    );
    assert_eq!(fs::read(&results).expect("readable"), before);
    fs::write(&page, "fn main() {}").expect("writable");
    assert_refused(
        &compare(&["--html", &page]),
        "z.html: expected a page that --html has written; it would be written over",
    );
    assert_eq!(fs::read(&page).expect("readable"), b"fn main() {}");
}

/// Cargo is played by a script.
#[cfg(target_os = "linux")]
#[test]
fn who_builds_a_peer_dies_with_the_runner() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let (cargo, pid) = (folder.path().join("cargo"), folder.path().join("pid"));
    fs::write(&cargo, "#!/bin/sh\necho $$ > \"$PID\"\nexec sleep 1000\n").expect("writable");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let path = std::env::var("PATH").expect("there is one");
    let mut command = Command::new(PROGRAM);
    command
        .args(["compare", "two-locks", "--detectors", "plain"])
        .env("PATH", format!("{}:{path}", folder.path().display()))
        .env("PID", &pid);
    let mut runner = command.spawn().expect("it starts");
    let built_by = || {
        fs::read_to_string(&pid)
            .ok()
            .filter(|pid| pid.ends_with('\n'))
    };
    let builder = loop {
        assert_eq!(runner.try_wait().expect("it is ours"), None, "it waits");
        match built_by() {
            Some(builder) => break builder,
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    runner.kill().expect("it is ours");
    runner.wait().expect("it is ours");
    let stat = format!("/proc/{}/stat", builder.trim());
    // Gone, or dead and not waited for yet.
    while fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn other_settings_do_not_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("results.json");
    kill_after(3, &file);
    let before = fs::read(partial(&file)).expect("readable");
    let mut other = campaign(&file);
    let seed = other.iter().position(|word| word == "7").expect("the seed");
    other[seed] = "8".to_owned();
    assert_refused(
        &scenarios(&other),
        "it was begun with another seed (7, not 8)",
    );
    assert_eq!(fs::read(partial(&file)).expect("readable"), before);
}

#[test]
fn shards_are_merged_to_the_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let whole = file("whole.json");
    assert_well(&scenarios(&campaign(&whole)));
    for shard in ["1/2", "2/2"] {
        let part = file(&format!("part-{}.json", &shard[..1]));
        let arguments = [campaign(&part), vec!["--shard".into(), shard.into()]].concat();
        assert_well(&scenarios(&arguments));
    }
    let merge = |names: &[&str]| {
        let names = names.iter().map(|name| file(name).display().to_string());
        scenarios(&[vec!["merge".to_owned()], names.collect()].concat())
    };
    let merged = merge(&["part-1.json", "part-2.json"]);
    assert_well(&merged);
    assert!(merged.stderr.is_empty(), "no shard is missing");
    let merged: Value = serde_json::from_slice(&merged.stdout).expect("JSON");
    let rates = |results: &Value| lasting(results.clone())["summary"]["rates"].clone();
    assert_eq!(rates(&merged), rates(&read(&whole)));

    let half = merge(&["part-2.json"]);
    assert_well(&half);
    let warning = String::from_utf8_lossy(&half.stderr).into_owned();
    assert_eq!(warning, "warning: shard 1/2 is in none of these files\n");

    let twice = merge(&["part-1.json", "part-2.json", "part-1.json"]);
    assert_refused(&twice, "part-1.json: both are shard 1/2");
    let whole = merge(&["whole.json", "part-2.json"]);
    assert_refused(&whole, "whole.json: one is shard 2/2, the other a whole");
    let mut results = read(&file("part-2.json"));
    results["settings"]["shard"] = "1/1000000000".into();
    fs::write(file("one-of-many.json"), results.to_string()).expect("writable");
    let one = merge(&["one-of-many.json"]);
    assert_well(&one);
    let warning = String::from_utf8_lossy(&one.stderr).into_owned();
    let expected = "4/1000000000 and 999999996 more are in none of these files\n";
    assert!(warning.ends_with(expected), "{warning}");
    results["cells"][0]["detected"] = 26.into();
    fs::write(file("impossible.json"), results.to_string()).expect("writable");
    assert_refused(
        &merge(&["impossible.json"]),
        "map/write-write (fixed): expected detected of at most 0, found 26",
    );

    fs::write(file("broken.json"), "{\"schema\":").expect("writable");
    assert_refused(
        &merge(&["part-1.json", "broken.json"]),
        "broken.json: expected JSON: ",
    );
    fs::write(file("other.json"), "{}").expect("writable");
    assert_refused(
        &merge(&["other.json"]),
        "expected an object with schema \"fidge-compare/1\"",
    );
    let mut results = read(&file("part-2.json"));
    results["settings"]["seed"] = 8.into();
    fs::write(file("seed.json"), results.to_string()).expect("writable");
    assert_refused(
        &merge(&["part-1.json", "seed.json"]),
        "seed.json: its seed (8) is not that of ",
    );
    let mut results = read(&file("part-2.json"));
    results["cells"][0]["verdicts"] = "f".into();
    fs::write(file("short.json"), results.to_string()).expect("writable");
    assert_refused(&merge(&["short.json"]), "expected verdicts of 25 runs");
}

#[test]
fn a_file_from_before_there_were_summaries_is_merged() {
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/before-summaries.json");
    let merged = scenarios(&["merge", old]);
    assert_well(&merged);
    let merged: Value = serde_json::from_slice(&merged.stdout).expect("JSON");
    assert_eq!(
        merged["summary"]["rates"][0]["false_negatives"]["runs"],
        200
    );
}

#[test]
fn a_run_of_its_own_for_each_comes_to_the_same() {
    let arguments = [
        "compare",
        "two-locks",
        "--detectors",
        "fidge,oracle,lockset",
        "--runs",
        "3",
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("isolated.json");
    let more = ["--isolate", "--json", file.to_str().expect("UTF-8")];
    assert_well(&scenarios(&[&arguments[..], &more[..]].concat()));
    let results = read(&file);
    assert_eq!(results["settings"]["isolate"], true);
    for cell in results["cells"].as_array().expect("a list") {
        assert_eq!(
            (&cell["status"], &cell["runs"]),
            (&"ran".into(), &3.into()),
            "{cell}"
        );
        let exact = cell["detector"] != "lockset" && cell["variant"] == "racy";
        assert!(!exact || cell["detected"] == 3, "{cell}");
    }
}

#[test]
fn one_program_is_run_once_and_says_what_came_out() {
    for seed in ["1", "2"] {
        let arguments = [
            "one",
            "map/two-locks",
            "fixed",
            "--seed",
            seed,
            "--run",
            "3",
        ];
        let output = scenarios(&arguments);
        assert_well(&output);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(text.lines().last(), Some("outcome: right"), "{text}");
        assert!(
            text.lines().any(|line| line.starts_with("took: ")),
            "{text}"
        );
    }
    assert_refused(
        &scenarios(&["one", "map/nonesuch", "racy"]),
        "there are: map/write-write, ",
    );
    assert_refused(
        &scenarios(&["one", "map/two-locks", "raci"]),
        "expected racy or fixed",
    );
}

const DEPLOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/");

/// Runs a script of `deploy/` in `folder`.
fn deploy(script: &str, folder: &Path, arguments: &str, environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(format!("{DEPLOY}{script}"));
    command.args(arguments.split(' ')).current_dir(folder);
    command
        .env("FIDGE_SCENARIOS", PROGRAM)
        .envs(environment.iter().copied());
    command.output().expect("there is bash")
}

#[test]
fn gnu_parallel_spreads_a_campaign_and_merges_it() {
    if Command::new("parallel").arg("--version").output().is_err() {
        eprintln!("GNU parallel is not installed: skipped");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = "3 campaign two-locks --detectors fidge,oracle --runs 2";
    assert_well(&deploy("parallel.sh", folder.path(), arguments, &[]));
    let results = read(&folder.path().join("campaign/results.json"));
    let cells = results["cells"].as_array().expect("a list");
    assert!(cells.len() == 4 && cells.iter().all(|cell| cell["runs"] == 2));

    let other = deploy(
        "parallel.sh",
        folder.path(),
        &arguments.replace("runs 2", "runs 3"),
        &[],
    );
    let error = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(
        !other.status.success() && error.contains("is of other arguments"),
        "{error}"
    );
}

#[test]
fn a_task_of_a_slurm_array_measures_its_shard() {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(DEPLOY, folder.path().join("deploy")).expect("it is ours");
    let task = [
        ("SLURM_SUBMIT_DIR", folder.path().to_str().expect("UTF-8")),
        ("SLURM_ARRAY_TASK_ID", "2"),
        ("SLURM_CPUS_PER_TASK", "1"),
    ];
    let arguments = "2 two-locks --detectors fidge --runs 2";
    assert_well(&deploy("slurm.sh", folder.path(), arguments, &task));
    let results = read(&folder.path().join("campaign/shard-2-of-2.json"));
    assert_eq!(
        (&results["settings"]["shard"], &results["settings"]["jobs"]),
        (&"2/2".into(), &1.into())
    );
    assert_eq!(results["cells"][0]["variant"], "fixed");
}
