#!/usr/bin/env bash
# A campaign with GNU parallel, on this machine or on several: `deploy/parallel.sh N FOLDER [arguments of compare]`.
# The merged results are in FOLDER/results.json.
#
#   deploy/parallel.sh 4 campaign --full
#   PARALLEL_ARGS='--sshloginfile hosts --workdir fidge' deploy/parallel.sh 16 campaign --full
#
# With hosts (all alike: a merge is of one environment), the repository is at the same path on each, and so
# is FOLDER, on a file system that they share. Killed and started again it goes on where it was.
set -euo pipefail

if [ $# -lt 2 ]; then
    echo "error: expected: deploy/parallel.sh N FOLDER [arguments of compare]" >&2
    exit 2
fi
count=$1 folder=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)

if [ -z "${FIDGE_SCENARIOS:-}" ]; then
    cargo build --quiet --release --manifest-path "$here/../Cargo.toml" -p fidge-scenarios
    FIDGE_SCENARIOS=${CARGO_TARGET_DIR:-$here/../target}/release/fidge-scenarios
fi
export FIDGE_SCENARIOS

mkdir -p "$folder"

# One shard at a time: each uses the cores itself (--jobs).
# shellcheck disable=SC2086 # several words are meant
parallel --quote --jobs 1 --env FIDGE_SCENARIOS --halt soon,fail=1 ${PARALLEL_ARGS:-} \
    "$here/shard.sh" {} "$count" "$folder" "$@" ::: $(seq "$count")
"$FIDGE_SCENARIOS" merge "$folder"/shard-*-of-"$count".json >"$folder/results.json.new"
mv "$folder/results.json.new" "$folder/results.json"
