//! What the checks on composed operations may know of a program's value: whether it is the same as
//! another one, and how a report shows it.
//!
//! A map's value may be of any type, and nothing is asked of it. So the types that maps are mostly made
//! of are known here by name; of others the bytes are taken where a word holds them and nothing needs to
//! be dropped, and of the rest nothing is known.

pub(crate) use crate::engine::value::Value;

use crate::engine::value::Form;
use std::any::TypeId;
use std::mem::{align_of, needs_drop, size_of};
use std::sync::{Arc, atomic};

/// What may be known of a value.
#[inline]
pub(crate) fn of<T>(value: &T) -> Value {
    known(value).unwrap_or_else(|| opaque(value))
}

/// The same of a type that is known by name; its value cannot change while it is borrowed.
#[inline]
pub(crate) fn named<T>(value: &T) -> Value {
    known(value).unwrap_or(Value::UNKNOWN)
}

/// The value, if its type is `$type` by name.
macro_rules! known {
    ($value:ident: $T:ident; $($type:ty => $show:expr,)*) => {
        $(
            if typeid::of::<$T>() == TypeId::of::<$type>() {
                // SAFETY: the types are the same but for lifetimes, which are not relied upon.
                let value = unsafe { &*std::ptr::from_ref($value).cast::<$type>() };
                let show: fn(&$type) -> Value = $show;
                return Some(show(value));
            }
        )*
    };
}

#[inline]
fn known<T>(value: &T) -> Option<Value> {
    known! { value: T;
        u8 => |n| Value::new(u64::from(*n), Form::Byte),
        u16 => |n| unsigned(*n),
        u32 => |n| unsigned(*n),
        u64 => |n| unsigned(*n),
        usize => |n| unsigned(*n as u64),
        i8 => |n| signed(*n),
        i16 => |n| signed(*n),
        i32 => |n| signed(*n),
        i64 => |n| signed(*n),
        isize => |n| signed(*n as i64),
        u128 => |n| Value::text(&n.to_le_bytes()),
        i128 => |n| Value::text(&n.to_le_bytes()),
        bool => |b| Value::new(u64::from(*b), Form::Bool),
        char => |c| Value::new(u64::from(*c), Form::Char),
        f32 => |x| Value::new(f64::from(*x).to_bits(), Form::Float),
        f64 => |x| Value::new(x.to_bits(), Form::Float),
        () => |()| Value::new(0, Form::Unit),
        String => |s| Value::text(s.as_bytes()),
        &'static str => |s| Value::text(s.as_bytes()),
        Box<str> => |s| Value::text(s.as_bytes()),
        Arc<str> => |s| Value::text(s.as_bytes()),
        Arc<String> => |s| Value::text(s.as_bytes()),
        Vec<u8> => |s| Value::text(s),
        Box<[u8]> => |s| Value::text(s),
        Arc<[u8]> => |s| Value::text(s),
        // What these hold changes without the map's knowledge.
        atomic::AtomicBool => |_| Value::UNKNOWN,
        atomic::AtomicI8 => |_| Value::UNKNOWN,
        atomic::AtomicI16 => |_| Value::UNKNOWN,
        atomic::AtomicU8 => |_| Value::UNKNOWN,
        atomic::AtomicU16 => |_| Value::UNKNOWN,
        atomic::AtomicU32 => |_| Value::UNKNOWN,
        atomic::AtomicU64 => |_| Value::UNKNOWN,
        atomic::AtomicUsize => |_| Value::UNKNOWN,
        atomic::AtomicI32 => |_| Value::UNKNOWN,
        atomic::AtomicI64 => |_| Value::UNKNOWN,
        atomic::AtomicIsize => |_| Value::UNKNOWN,
    }
    None
}

fn unsigned(n: impl Into<u64>) -> Value {
    Value::new(n.into(), Form::Unsigned)
}

fn signed(n: impl Into<i64>) -> Value {
    Value::new(n.into().cast_unsigned(), Form::Signed)
}

/// A value of a type that is not known: a word's bytes, if it is as large as it is aligned (padding is
/// what the rest of a larger one would be) and plain.
#[inline]
fn opaque<T>(value: &T) -> Value {
    let at = std::ptr::from_ref(value);
    if needs_drop::<T>() || size_of::<T>() != align_of::<T>() {
        return match size_of::<T>() {
            0 => Value::new(0, Form::Unit),
            _ => Value::UNKNOWN,
        };
    }
    // SAFETY: in each case a value of that size and alignment is there. Volatile, as a type that was
    // aligned by hand may have padding all the same: that gives some bits, which is good enough.
    let bits = unsafe {
        match size_of::<T>() {
            1 => u64::from(at.cast::<u8>().read_volatile()),
            2 => u64::from(at.cast::<u16>().read_volatile()),
            4 => u64::from(at.cast::<u32>().read_volatile()),
            8 => at.cast::<u64>().read_volatile(),
            _ => return Value::UNKNOWN,
        }
    };
    Value::new(bits, Form::Bits)
}
