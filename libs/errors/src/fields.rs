use std::{fmt::Display, str::FromStr};

use types::{PartnerName, alternatives, csp_tenant, quoted, tenant_id};
use uuid::Uuid;

use crate::{Failure, FieldViolation};

/// Most characters of a path in a mask.
const LONGEST_PATH: usize = 64;

/// Parses the only field of a request.
///
/// # Errors
/// [`Failure::Invalid`] if it is not set or does not parse.
pub fn one<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, Failure> {
    let mut fields = Fields::new();
    let value = fields.parse(field, text);
    fields.finish(|| value)
}

/// Parses the field `names` of a batch: 1 to `max` different names.
///
/// # Errors
/// [`Failure::Invalid`] if there are none or too many, or if one is malformed or a duplicate.
pub fn names<T: FromStr<Err: Display> + PartialEq>(
    names: &[String],
    max: usize,
) -> Result<Vec<T>, Failure> {
    let mut fields = Fields::new();
    let names = fields.names("names", names, max);
    fields.finish(|| names)
}

/// Sorts the resources of a batch by the order of the names that were requested.
///
/// # Errors
/// [`Failure::Missing`] for the first name without a resource.
pub fn in_order<N: PartialEq + Display, T>(
    names: &[N],
    mut found: Vec<T>,
    name: impl Fn(&T) -> &N,
) -> Result<Vec<T>, Failure> {
    let take = |wanted: &N| {
        let at = found.iter().position(|it| name(it) == wanted);
        at.map(|at| found.swap_remove(at)).ok_or_else(|| Failure::missing(wanted))
    };
    names.iter().map(take).collect()
}

/// The path as the protos write it: `display_name` for `displayName`.
fn snake_case(path: &str) -> String {
    let mut text = String::new();
    for letter in path.chars().take(LONGEST_PATH) {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// Parses the fields of a request and collects all violations.
///
/// Each parser returns `None` after it has recorded a violation; [`Fields::finish`] then returns
/// all of them at once.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldViolation>);

impl Fields {
    /// No violations.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records a violation.
    pub fn reject(&mut self, field: impl Display, description: impl Display) {
        let (field, description) = (field.to_string(), description.to_string());
        self.0.push(FieldViolation { field, description });
    }

    /// A message or other value that must be set.
    pub fn required<T>(&mut self, field: impl Display, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.reject(field, "is required");
        }
        value
    }

    /// A required text in the form of `T`.
    pub fn parse<T>(&mut self, field: impl Display, text: &str) -> Option<T>
    where
        T: FromStr<Err: Display>,
    {
        if text.is_empty() {
            self.reject(field, "is required");
            return None;
        }
        self.check(field, text.parse())
    }

    /// An optional text in the form of `T`. The outer `None` means a violation.
    pub fn parse_optional<T>(&mut self, field: impl Display, text: &str) -> Option<Option<T>>
    where
        T: FromStr<Err: Display>,
    {
        if text.is_empty() { Some(None) } else { self.parse(field, text).map(Some) }
    }

    /// A text of 1 to `max` characters, not all of them white space.
    pub fn text(&mut self, field: impl Display, text: &str, max: usize) -> Option<String> {
        let problem = if text.trim().is_empty() {
            "is required".to_owned()
        } else if text.chars().count() > max {
            format!("is longer than {max} characters")
        } else if text.chars().any(char::is_control) {
            "contains a control character".to_owned()
        } else {
            return Some(text.to_owned());
        };
        self.reject(field, problem);
        None
    }

    /// An enum value that this version knows, other than the unspecified one.
    pub fn choice<E, T>(
        &mut self,
        field: impl Display,
        number: i32,
        known: impl FnOnce(E) -> Option<T>,
    ) -> Option<T>
    where
        E: TryFrom<i32>,
    {
        let choice = E::try_from(number).ok().and_then(known);
        if choice.is_none() {
            let problem = match number {
                0 => "is required".to_owned(),
                other => format!("{other} is not a value of this enum"),
            };
            self.reject(field, problem);
        }
        choice
    }

    /// A required GUID.
    pub fn guid(&mut self, field: impl Display, text: &str) -> Option<Uuid> {
        if text.is_empty() {
            self.reject(field, "is required");
            return None;
        }
        self.check(field, tenant_id(text))
    }

    /// The required CSP tenant of a partner.
    pub fn tenant(&mut self, field: impl Display, text: &str) -> Option<PartnerName> {
        if text.is_empty() {
            self.reject(field, "is required");
            return None;
        }
        self.check(field, csp_tenant(text))
    }

    /// An optional GUID. The outer `None` means a violation.
    pub fn guid_optional(&mut self, field: impl Display, text: &str) -> Option<Option<Uuid>> {
        if text.is_empty() { Some(None) } else { self.guid(field, text).map(Some) }
    }

    /// The optional field `request_id`. The outer `None` means a violation.
    pub fn request_id(&mut self, text: &str) -> Option<Option<Uuid>> {
        self.guid_optional("request_id", text)
    }

    /// The paths of `update_mask`: at least one of `usable`, without duplicates.
    pub fn mask<'a>(
        &mut self,
        paths: Option<&'a Vec<String>>,
        usable: &[&str],
    ) -> Option<&'a [String]> {
        let paths = paths.map_or(&[][..], Vec::as_slice);
        if paths.is_empty() {
            self.reject("update_mask", format!("is required; use {}", alternatives(usable)));
            return None;
        }
        if paths.len() > usable.len() {
            let problem =
                format!("has {} paths, but {} fields can change", paths.len(), usable.len());
            self.reject("update_mask", problem);
            return None;
        }
        let known = |path: &&String| usable.contains(&path.as_str());
        let Some(path) = paths.iter().find(|path| !known(path)) else {
            let twice = (1..paths.len()).find(|at| paths[..*at].contains(&paths[*at]));
            if let Some(at) = twice {
                self.reject("update_mask", format!("names {} twice", quoted(&paths[at])));
            }
            return twice.is_none().then_some(paths);
        };
        let problem = match usable.iter().find(|it| **it == snake_case(path)) {
            Some(meant) => format!("has {} in camelCase; write {meant}", quoted(path)),
            None => {
                let usable = alternatives(usable);
                format!("has {}, which is not a field that can change; use {usable}", quoted(path))
            }
        };
        self.reject("update_mask", problem);
        None
    }

    /// 1 to `max` different resource names.
    pub fn names<T>(&mut self, field: &str, names: &[String], max: usize) -> Option<Vec<T>>
    where
        T: FromStr<Err: Display> + PartialEq,
    {
        if names.is_empty() {
            self.reject(field, "is required");
        } else if names.len() > max {
            self.reject(field, format!("has more than {max} entries"));
            return None;
        }
        let mut read = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let name = self.parse(format!("{field}[{at}]"), name);
            if name.is_some() && read.contains(&name) {
                self.reject(format!("{field}[{at}]"), "is a duplicate");
            }
            read.push(name);
        }
        read.into_iter().collect()
    }

    /// The value of a check, or its error as a violation.
    pub fn check<T>(&mut self, field: impl Display, checked: Result<T, impl Display>) -> Option<T> {
        checked.map_err(|problem| self.reject(field, problem)).ok()
    }

    /// Builds the request from the parsed fields, or returns all violations.
    ///
    /// # Errors
    /// [`Failure::Invalid`] if there are violations.
    pub fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, Failure> {
        if !self.0.is_empty() {
            return Err(Failure::Invalid(self.0));
        }
        build().ok_or_else(|| Failure::bug("a field was not parsed and has no violation"))
    }
}
