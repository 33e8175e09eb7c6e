//! What a program says it does on purpose, as it is written.

/// What follows, to the end of the block, may race in this way: findings of that
/// [`Kind`](crate::Kind) one of whose two sides is in it, or in what it calls, are counted
/// ([`Report::allowed`](crate::Report::allowed)) and not reported.
///
/// `allow_race!(StaleWrite, "why");` holds to the end of the enclosing block;
/// `allow_race!(StaleWrite, "why", { ... })` for a block, whose value it has. The reason is for those who
/// read the code. It holds for the strand that comes by, not for those it starts. Without the feature
/// `detect` it is nothing.
///
/// ```
/// # #[cfg(feature = "dashmap")] {
/// let seen = fidge::dashmap::DashMap::new();
/// fidge::allow_race!(StaleWrite, "the last one wins");
/// if !seen.contains_key("a") {
///     seen.insert("a", 1);
/// }
/// # }
/// ```
#[cfg(feature = "detect")]
#[macro_export]
macro_rules! allow_race {
    ($kind:ident, $reason:literal) => {
        let _allowing = {
            static ALLOWANCE: $crate::__private::Allowance =
                $crate::__private::allowance($crate::Kind::$kind, $reason, false);
            $crate::__private::Allowing::enter(&ALLOWANCE)
        };
    };
    ($kind:ident, $reason:literal, $body:block) => {{
        $crate::allow_race!($kind, $reason);
        $body
    }};
    ($($other:tt)*) => {
        ::core::compile_error!(
            "allow_race! takes a kind and a reason: allow_race!(DataRace, \"why\")"
        )
    };
}

/// As [`allow_race!`](crate::allow_race), for a race that is to show: if none did in a session, its
/// report says so ([`Report::unmet`](crate::Report::unmet)), so that the annotation does not outlive the
/// race.
///
/// ```
/// let report = fidge::check(|| {
///     fidge::expect_race!(DataRace, "a statistic that may be a little off");
/// });
/// assert!(report.is_clean());
/// # #[cfg(feature = "detect")]
/// assert_eq!(report.unmet().len(), 1);
/// ```
#[cfg(feature = "detect")]
#[macro_export]
macro_rules! expect_race {
    ($kind:ident, $reason:literal) => {
        let _expecting = {
            static ALLOWANCE: $crate::__private::Allowance =
                $crate::__private::allowance($crate::Kind::$kind, $reason, true);
            $crate::__private::Allowing::enter(&ALLOWANCE)
        };
    };
    ($kind:ident, $reason:literal, $body:block) => {{
        $crate::expect_race!($kind, $reason);
        $body
    }};
    ($($other:tt)*) => {
        ::core::compile_error!(
            "expect_race! takes a kind and a reason: expect_race!(DataRace, \"why\")"
        )
    };
}

/// See the same with the feature `detect`; without it, it is nothing.
#[cfg(not(feature = "detect"))]
#[macro_export]
macro_rules! allow_race {
    ($kind:ident, $reason:literal) => {
        const _: $crate::Kind = $crate::Kind::$kind;
    };
    ($kind:ident, $reason:literal, $body:block) => {{
        $crate::allow_race!($kind, $reason);
        $body
    }};
    ($($other:tt)*) => {
        ::core::compile_error!(
            "allow_race! takes a kind and a reason: allow_race!(DataRace, \"why\")"
        )
    };
}

/// See the same with the feature `detect`; without it, it is nothing.
#[cfg(not(feature = "detect"))]
#[macro_export]
macro_rules! expect_race {
    ($kind:ident, $reason:literal) => {
        const _: $crate::Kind = $crate::Kind::$kind;
    };
    ($kind:ident, $reason:literal, $body:block) => {{
        $crate::expect_race!($kind, $reason);
        $body
    }};
    ($($other:tt)*) => {
        ::core::compile_error!(
            "expect_race! takes a kind and a reason: expect_race!(DataRace, \"why\")"
        )
    };
}
