#!/usr/bin/env bash
# Measures one shard of a campaign: `deploy/shard.sh I N FOLDER [arguments of compare]`. What the files beside
# this one have a scheduler call.
#
# The program is $FIDGE_SCENARIOS, or else built here. Started again after a kill with the same arguments it
# goes on where it was; a shard whose results are there already is left alone. With other arguments the
# folder is refused.
set -euo pipefail

if [ $# -lt 3 ]; then
    echo "error: expected: deploy/shard.sh I N FOLDER [arguments of compare]" >&2
    exit 2
fi
index=$1 count=$2 folder=$3
shift 3

if [ -z "${FIDGE_SCENARIOS:-}" ]; then
    root=$(cd "$(dirname "$0")/.." && pwd)
    cargo build --quiet --release --manifest-path "$root/Cargo.toml" -p fidge-scenarios
    FIDGE_SCENARIOS=${CARGO_TARGET_DIR:-$root/target}/release/fidge-scenarios
fi
mkdir -p "$folder"
results=$folder/shard-$index-of-$count.json
arguments=$folder/shard-$index-of-$count.arguments
if [ -e "$arguments" ] && [ "$*" != "$(cat "$arguments")" ]; then
    echo "error: $folder is of other arguments ($(cat "$arguments")): take another folder, or empty it" >&2
    exit 2
fi
echo "$*" >"$arguments"
if [ -e "$results" ] && [ ! -e "$results.partial" ]; then
    echo "$results is there already" >&2
    exit 0
fi
exec "$FIDGE_SCENARIOS" compare --shard "$index/$count" --json "$results" "$@"
