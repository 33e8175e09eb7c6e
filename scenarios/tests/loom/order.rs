//! Whether what concurrent operations answered is what they answer one after the other, in some order
//! that keeps each thread's own (Herlihy & Wing, "Linearizability", TOPLAS 1990; both threads run
//! from the start to the end of the program, so that no operation is known to be over before the
//! other thread's first).

use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;
use std::collections::HashSet;
use std::sync::Mutex;

/// What an operation answers.
pub type Answer = Option<u64>;

/// An operation on the subject; the list is its thread's own, for what belongs to the thread.
pub type Operation<T> = fn(&T, &mut Vec<u32>) -> Answer;

/// What each thread's operations answer and, at the end, what is found alone.
type Answers = [Vec<Answer>; 3];

/// Runs the operations of two threads in every interleaving, up to three preemptions; `rest` when both
/// have ended, as often as it answers, eight times at most.
///
/// # Panics
///
/// If one answers what no sequential order does, or has a data race.
pub fn linearizable<T: Send + Sync + 'static>(
    subject: impl Fn() -> T + Copy + Send + Sync + 'static,
    [left, right]: [&'static [Operation<T>]; 2],
    rest: Operation<T>,
) {
    let allowed = sequential(subject, [left, right], rest);
    bounded().check(move || {
        let subject = Arc::new(subject());
        let shared = Arc::clone(&subject);
        let other = thread::spawn(move || run(&*shared, right));
        let left = run(&*subject, left);
        let right = other.join().unwrap();
        let answers = [left, right, drain(&*subject, rest)];
        assert!(allowed.contains(&answers), "no order gives {answers:?}");
    });
}

/// Whether a model fails, as one of a faulty subject must.
pub fn fails(model: impl FnOnce() + Send + 'static) -> bool {
    std::thread::spawn(model).join().is_err()
}

/// Loom, bounded so that a model takes seconds.
pub fn bounded() -> Builder {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(3);
    builder
}

/// The answers of every sequential order.
fn sequential<T: 'static>(
    subject: impl Fn() -> T + Copy + Send + Sync + 'static,
    sides: [&'static [Operation<T>]; 2],
    rest: Operation<T>,
) -> HashSet<Answers> {
    let steps = sides[0].len() + sides[1].len();
    let orders = (0_u32..1 << steps).filter(|order| order.count_ones() as usize == sides[1].len());
    let mut allowed = HashSet::new();
    for order in orders {
        let answers = std::sync::Arc::new(Mutex::new(None));
        let into = std::sync::Arc::clone(&answers);
        // loom's types work in a model only.
        loom::model(move || {
            let subject = subject();
            let (mut mine, mut answers) = ([vec![], vec![]], [vec![], vec![], vec![]]);
            for step in 0..steps {
                let side = (order >> step & 1) as usize;
                let operation = sides[side][answers[side].len()];
                answers[side].push(operation(&subject, &mut mine[side]));
            }
            answers[2] = drain(&subject, rest);
            *into.lock().unwrap() = Some(answers);
        });
        allowed.extend(answers.lock().unwrap().take());
    }
    allowed
}

fn run<T>(subject: &T, operations: &[Operation<T>]) -> Vec<Answer> {
    let mut mine = Vec::new();
    operations.iter().map(|f| f(subject, &mut mine)).collect()
}

fn drain<T>(subject: &T, rest: Operation<T>) -> Vec<Answer> {
    let answers = std::iter::from_fn(|| rest(subject, &mut Vec::new()));
    answers.take(8).map(Some).collect()
}
