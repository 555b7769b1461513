/// Implements serde for a type by its `Display` and `FromStr`, which must be inverse to each other.
#[macro_export]
macro_rules! serde_as_text {
    ($type:ty) => {
        impl $crate::serde::Serialize for $type {
            fn serialize<S: $crate::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                <::std::string::String as $crate::serde::Deserialize>::deserialize(from)?
                    .parse()
                    .map_err($crate::serde::de::Error::custom)
            }
        }
    };
}

/// Most characters of a caller's text that an error quotes.
const MAX_QUOTED: usize = 64;

/// A caller's text in backticks, for an error, shortened if it is long.
#[must_use]
pub fn quoted(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

/// The values as `a, b or c`.
#[must_use]
pub fn alternatives<T: std::fmt::Display>(values: impl IntoIterator<Item = T>) -> String {
    let mut values: Vec<_> = values.into_iter().map(|it| it.to_string()).collect();
    let last = values.pop().unwrap_or_default();
    if values.is_empty() { last } else { format!("{} or {last}", values.join(", ")) }
}

/// Declares an enum whose variants have fixed texts, used in names, tables and errors. Provides `ALL`,
/// `TEXTS`, `as_str`, `Display`, `FromStr` and serde. An enum that callers write has a description for
/// errors, as in `pub enum Version: "an MPA version" { … }`.
#[macro_export]
macro_rules! text_enum {
    (
        $(#[$doc:meta])*
        pub enum $name:ident { $($variants:tt)* }
    ) => {
        $crate::text_enum! { $(#[$doc])* pub enum $name: "one of the known values" { $($variants)* } }
    };
    (
        $(#[$doc:meta])*
        pub enum $name:ident: $what:literal {
            $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The text of every variant, in the same order.
            pub const TEXTS: &'static [&'static str] = &[$($text,)*];

            /// The text of this variant.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::string::String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|variant| variant.as_str() == text)
                    .ok_or_else(|| {
                        let (text, usable) = ($crate::quoted(text), $crate::alternatives(Self::ALL));
                        format!("{text} is not {}; use {usable}", $what)
                    })
            }
        }

        $crate::serde_as_text!($name);
    };
}

#[cfg(test)]
mod tests {
    crate::text_enum! {
        /// An enum with a description.
        pub enum Size: "a size" {
            /// Less.
            Small = "small",
            /// More.
            VeryLarge = "very-large",
            /// Most.
            Huge = "huge",
        }
    }

    #[test]
    fn an_unknown_text_is_answered_with_the_known_texts() {
        assert_eq!(Size::TEXTS, ["small", "very-large", "huge"]);
        let error = |text: &str| text.parse::<Size>().unwrap_err();
        assert_eq!(error("vast"), "`vast` is not a size; use small, very-large or huge");
        let long = error(&"ü".repeat(1000));
        assert!(long.starts_with(&format!("`{}…` is not", "ü".repeat(64))), "{long}");
    }
}
