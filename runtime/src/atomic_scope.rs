//! Atomic scopes, as a program writes them.

/// What follows, to the end of the block, is meant to be atomic: Fidge reports if the execution cannot
/// be explained by any order in which each scope runs by itself.
///
/// `atomic_scope!("name");` as a statement opens a scope to the end of the enclosing block;
/// `atomic_scope!("name", { ... })` runs a block as a scope and has its value. The name is for reports.
/// All keys of concurrent maps, keys of a [`HashMap`](crate::collections::HashMap) behind a lock, Fidge's
/// atomics and cells that a strand touches in it count, whichever they are and however many. A scope
/// inside of another is part of it, and so are threads that are started in it. It holds for the strand
/// that opened it; it is not `Send`, so it cannot be held across an `.await`.
///
/// The scope makes nothing atomic: that is the program's to do, say by a lock. Without the feature
/// `detect` it is nothing.
///
/// ```
/// # #[cfg(feature = "dashmap")] {
/// # use fidge::dashmap::DashMap;
/// let accounts: DashMap<&str, i32> = DashMap::from_iter([("a", 10), ("b", 0)]);
/// let transfer = |amount: i32| {
///     fidge::atomic_scope!("transfer");
///     *accounts.get_mut("a").unwrap() -= amount;
///     *accounts.get_mut("b").unwrap() += amount;
/// };
/// let total = || fidge::atomic_scope!("total", { *accounts.get("a").unwrap() + *accounts.get("b").unwrap() });
/// transfer(3);
/// assert_eq!(total(), 10);
/// # }
/// ```
#[cfg(feature = "detect")]
#[macro_export]
macro_rules! atomic_scope {
    ($name:literal) => {
        let _scope = $crate::__private::Scope::enter(&$crate::__private::At::here(
            &$crate::__private::Op($name),
        ));
    };
    ($name:literal, $body:block) => {{
        $crate::atomic_scope!($name);
        $body
    }};
    ($($other:tt)*) => {
        ::core::compile_error!(
            "atomic_scope! takes a name in quotes, and a block if it is not to hold to the end of this one: atomic_scope!(\"transfer\")"
        )
    };
}

/// See the same with the feature `detect`; without it, it is nothing.
#[cfg(not(feature = "detect"))]
#[macro_export]
macro_rules! atomic_scope {
    ($name:literal) => {};
    ($name:literal, $body:block) => {
        $body
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "atomic_scope! takes a name in quotes, and a block if it is not to hold to the end of this one: atomic_scope!(\"transfer\")"
        )
    };
}
