//! Settings that documents have by name: structs with a default for each field.

/// What `settings!` writes.
pub trait Named: Clone + Default {
    /// The names.
    const NAMES: &'static [&'static str];
    /// Sets one; false where there is none of this name.
    fn set(&mut self, name: &str, value: f64) -> bool;
}

/// A setting as documents have it: a number, or true and false as 1 and 0.
pub(crate) trait Setting {
    fn of(value: f64) -> Self;
}

impl Setting for f64 {
    fn of(value: f64) -> Self {
        value
    }
}

impl Setting for u32 {
    fn of(value: f64) -> Self {
        value as Self
    }
}

impl Setting for bool {
    fn of(value: f64) -> Self {
        value != 0.0
    }
}

/// Writes a struct of settings, their defaults and [`Named`].
macro_rules! settings {
    ($(#[$doc:meta])* $Name:ident { $($(#[$about:meta])* $field:ident: $kind:ty = $default:expr,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $Name { $($(#[$about])* pub $field: $kind,)* }

        impl Default for $Name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $crate::settings::Named for $Name {
            const NAMES: &'static [&'static str] = &[$(stringify!($field)),*];

            fn set(&mut self, name: &str, value: f64) -> bool {
                match name {
                    $(stringify!($field) => self.$field = $crate::settings::Setting::of(value),)*
                    _ => return false,
                }
                true
            }
        }
    };
}

pub(crate) use settings;
