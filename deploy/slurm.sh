#!/usr/bin/env bash
# A campaign as a Slurm array, a shard a task:
#
#   sbatch --array=1-16 deploy/slurm.sh 16 [arguments of compare]
#
# and when all have ended, the results:
#
#   cargo run --release -p fidge-scenarios -- merge campaign/shard-*.json > campaign/results.json
#
# The number says how many shards there are, so that some can be submitted again: --array=3,7. Submit it in the root of the repository, after a release build there, on a file
# system that the nodes share. A task that is requeued or submitted again goes on where it was. Merged
# are only shards of equal machines: ask for one kind (--constraint).
#SBATCH --job-name=fidge-compare
#SBATCH --cpus-per-task=2
#SBATCH --mem=8G
#SBATCH --time=02:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=fidge-compare-%A-%a.log
set -euo pipefail

cd "${SLURM_SUBMIT_DIR:?this is for sbatch}"
export FIDGE_SCENARIOS=${FIDGE_SCENARIOS:-$PWD/target/release/fidge-scenarios}
if [ $# -lt 1 ]; then
    echo "error: expected: sbatch --array=1-N deploy/slurm.sh N [arguments of compare]" >&2
    exit 2
fi
count=$1
shift
if [ $# -eq 0 ]; then
    set -- --full
fi
# The task's cores, not the node's: its share is what --jobs is to fill.
exec deploy/shard.sh "${SLURM_ARRAY_TASK_ID:?submit it with --array}" "$count" campaign \
    --jobs "${SLURM_CPUS_PER_TASK:-1}" "$@"
