//! The attributes of the fidge race detector.
//!
//! Written against `proc_macro` alone: a plain function's head is all there is to read, and a
//! parser of all of Rust would be most of what a user's build waits for.

mod arguments;
mod atomic;
mod error;
mod function;

use arguments::Arguments;
use error::Error;
use function::Function;
use proc_macro::TokenStream;

/// A test whose body is run as a session of its own: a race in it fails the test with the report.
///
/// Stands in for `#[test]`. Other attributes (`#[should_panic]`, `#[ignore]`), the visibility and
/// the return type are kept; an `Err` fails the test. Arguments, all optional:
///
/// * `runs = 50`: how often the body is run, each time as a session of its own; 1 without it;
/// * `schedule = "noise"`: who runs next; the operating system decides without it;
/// * `seed = 7`: the seed of the first run, the next run has the next one; random without it. A
///   failure names the seed, and `FIDGE_OPTIONS=seed=N` sets it from outside.
///
/// Without the feature `detect` of `fidge` it is `#[test]`: the body runs once.
///
/// ```ignore
/// #[fidge::test(runs = 50)]
/// fn two_threads_count() {
///     // ...
/// }
/// ```
///
/// # Errors
///
/// The compiler refuses an `async fn`, one with parameters, and arguments it does not know.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(arguments, item).unwrap_or_else(Error::into_compile_error)
}

fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream, Error> {
    let arguments = Arguments::parse(arguments)?;
    Ok(Function::parse(item)?.into_test(&arguments))
}

/// A function whose body is an atomic scope of the function's name, as `fidge::atomic_scope!` at its
/// beginning: what a strand does in it must be serialisable with what the others do.
///
/// Without the feature `detect` of `fidge` it changes nothing.
///
/// ```ignore
/// #[fidge::atomic]
/// fn transfer(accounts: &DashMap<u64, i64>, amount: i64) {
///     // ...
/// }
/// ```
///
/// # Errors
///
/// The compiler refuses an `async fn`, a `const fn` and arguments.
#[proc_macro_attribute]
pub fn atomic(arguments: TokenStream, item: TokenStream) -> TokenStream {
    atomic::expand(arguments, item).unwrap_or_else(Error::into_compile_error)
}
