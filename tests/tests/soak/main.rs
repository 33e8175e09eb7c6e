//! Correct concurrent programs of every kind, written as one writes them: Fidge must find nothing.
//!
//! Each file is one program that asserts its own invariant. [`soak`] runs it as `#[fidge::test]` does,
//! with the schedule disturbed, but as often as `FIDGE_SOAK_RUNS` says; a finding of severity error or
//! warning fails it. `docs/soak.md` has the list and the long campaign.

mod access_token;
mod actor;
mod adjustable_limit;
mod alarm_board;
mod async_tasks;
mod bank_scope;
mod barrier_phases;
mod batch_flusher;
mod bloom_filter;
mod cancellation;
mod config_reload;
mod connection_pool;
mod dedup_window;
mod dekker;
mod dirty_pages;
mod double_checked;
mod epoch_queue;
mod event_bus;
mod feature_flags;
mod fold_join;
mod gauge;
mod graceful_shutdown;
mod graph_search;
mod hazard_stack;
mod heartbeat;
mod id_allocator;
mod idempotent_fill;
mod interner;
mod iteration;
mod job_status;
mod lazy_singleton;
mod leader_election;
mod leaderboard;
mod logger;
mod login_throttle;
mod lru_cache;
mod lru_rwlock;
mod lru_shards;
mod map_reduce;
mod matrix_barrier;
mod mcs_lock;
mod metrics_registry;
mod mpmc_ring;
mod object_pool;
mod once_map;
mod once_table;
mod ordered_transaction;
mod park_mailbox;
mod peterson;
mod philosophers;
mod pipeline;
mod polled_mailbox;
mod presence;
mod pub_sub;
mod quiescent_reclamation;
mod quota;
mod rcu_map;
mod read_through;
mod registry;
mod retry_backoff;
mod retry_queue;
mod rw_spinlock;
mod semaphore;
mod seqlock;
mod session_store;
mod sharded_counter;
mod shared_pages;
mod single_flight;
mod slab_handles;
mod sliding_window;
mod snapshot_exporter;
mod spsc_ring;
mod state_machine;
mod stock_holds;
mod stolen_work;
mod striped_counter;
mod subscriber_list;
mod tagged_stack;
mod ticket_lock;
mod token_bucket;
mod ttas_lock;
mod ttl_cache;
mod versioned_config;
mod work_queue;
mod work_stealing;
mod worker_pool;

/// How often each program runs where `FIDGE_SOAK_RUNS` does not say.
const RUNS: u32 = 3;

fn runs() -> u32 {
    let Ok(text) = std::env::var("FIDGE_SOAK_RUNS") else {
        return RUNS;
    };
    match text.parse() {
        Ok(runs) if runs > 0 => runs,
        _ => panic!("FIDGE_SOAK_RUNS: expected a number from 1, not {text:?}"),
    }
}

/// Runs a program so often, each time as a session of its own, under noise; once with detection off.
fn soak(program: impl Fn()) {
    let runs = runs();
    let test = std::thread::current().name().unwrap_or("soak").to_owned();
    let settings = fidge::__private::TestSettings {
        // What a failure names goes without the crate's name. One small leak a test.
        name: format!("soak::{test}").leak(),
        runs,
        schedule: Some("noise"),
        seed: None,
        should_panic: false,
    };
    fidge::__private::run_test(settings, program);
    if cfg!(feature = "detect") {
        println!("{test}: {runs} runs, 0 findings");
    }
}
