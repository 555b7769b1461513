//! The contracts: descriptors and comments.

use std::{collections::BTreeSet, sync::OnceLock};

use prost_reflect::{
    DescriptorPool, FieldDescriptor, FileDescriptor, MethodDescriptor, OneofDescriptor,
    ServiceDescriptor,
};

use crate::tree;

/// The services, by folder name.
pub const SERVICES: [&str; 3] = ["onboarding", "relationship", "ordering"];

/// All descriptors.
pub fn pool() -> &'static DescriptorPool {
    static POOL: OnceLock<DescriptorPool> = OnceLock::new();
    POOL.get_or_init(|| {
        DescriptorPool::decode(contracts::DESCRIPTORS).expect("contracts::DESCRIPTORS reads back")
    })
}

/// The gRPC service of one of [`SERVICES`].
pub fn service(name: &str) -> ServiceDescriptor {
    let mut all = pool().services();
    let package = format!("csp.{name}.v1");
    let found = all.find(|it| it.package_name() == package);
    found.unwrap_or_else(|| panic!("proto/ has no service in the package {package}"))
}

/// A method of one of [`SERVICES`].
pub fn method(of: &str, name: &str) -> MethodDescriptor {
    let found = service(of).methods().find(|it| it.name() == name);
    found.unwrap_or_else(|| panic!("{of} has no method {name}: fix the test"))
}

/// A part of a contract that has a comment.
pub trait Commented {
    /// Its file, and its place in the file.
    fn place(&self) -> (FileDescriptor, &[i32]);
}

macro_rules! commented {
    ($($part:ident: $file:ident;)*) => { $(
        impl Commented for $part {
            fn place(&self) -> (FileDescriptor, &[i32]) {
                (self.$file(), self.path())
            }
        }
    )* };
}

commented! {
    ServiceDescriptor: parent_file;
    MethodDescriptor: parent_file;
    FieldDescriptor: parent_file;
    OneofDescriptor: parent_file;
}

/// The paragraphs of a comment, each as one line.
pub fn paragraphs(part: &impl Commented) -> Vec<String> {
    let (file, path) = part.place();
    let places = file.file_descriptor_proto().source_code_info.iter().flat_map(|it| &it.location);
    let place = places.into_iter().find(|it| it.path == path);
    let comment = place.map(|it| it.leading_comments().to_owned()).unwrap_or_default();
    let paragraphs = comment.split("\n\n").map(|paragraph| {
        paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
    });
    paragraphs.collect()
}

/// A value of `ErrorReason` with its documentation.
#[derive(Debug, Clone)]
pub struct Reason {
    /// The value without its prefix.
    pub word: String,
    /// Documented keys of `ErrorInfo.metadata`.
    pub keys: BTreeSet<String>,
    /// The documented rule.
    pub rule: Option<String>,
}

/// The reasons of a service in file order, without the unspecified one.
pub fn reasons(service: &str) -> Vec<Reason> {
    let name = format!("csp.{service}.v1.ErrorReason");
    let described = pool().get_enum_by_name(&name).unwrap_or_else(|| panic!("{name} is missing"));
    let path = format!("proto/csp/{service}/v1/error_reason.proto");
    let file = tree::files().iter().find(|file| file.path == path);
    let text = &file.unwrap_or_else(|| panic!("{path} is missing")).text;
    let mut below = BTreeSet::new();
    let mut values: Vec<_> = described.values().filter(|value| value.number() != 0).collect();
    values.sort_by_key(|value| text.find(&format!("  {} = ", value.name())));
    let reasons = values.into_iter().map(|value| {
        let comment = comment(text, value.name());
        let mut keys = metadata_keys(&comment);
        if comment.contains("every reason below") {
            below.clone_from(&keys);
        }
        keys.extend(below.iter().cloned());
        let word = value.name().trim_start_matches("ERROR_REASON_").to_owned();
        Reason { word, keys, rule: rule(&comment) }
    });
    reasons.collect()
}

/// The comment above a value, as one line.
fn comment(text: &str, value: &str) -> String {
    let before = text.split(&format!("  {value} = ")).next().unwrap_or_default();
    let lines = before.lines().rev().skip_while(|line| line.trim().is_empty());
    let lines: Vec<_> = lines.map_while(|line| line.trim().strip_prefix("// ")).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join(" ")
}

/// The words in backticks after `Metadata`.
fn metadata_keys(comment: &str) -> BTreeSet<String> {
    let keys = comment.split_once("Metadata").map(|(_, keys)| keys).unwrap_or_default();
    keys.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The id in `Rule ON-1: …`.
fn rule(comment: &str) -> Option<String> {
    let (id, _) = comment.strip_prefix("Rule ")?.split_once(':')?;
    Some(id.to_owned())
}

#[test]
fn keys_and_rules_are_read_from_comments() {
    let all = reasons("relationship");
    let keys = |word| &all.iter().find(|it| it.word == word).unwrap().keys;
    assert_eq!(keys("LOST_RACE").len(), 0);
    assert_eq!(Vec::from_iter(keys("INTERNAL")), ["incidentId"]);
    assert!(keys("SALE_TO_AFFILIATE").contains("ownershipPath"));
    assert!(keys("PROVIDER_NOT_ENROLLED").contains("failedRules"));
    let ruled = all.iter().filter(|it| it.rule.is_some()).count();
    assert_eq!(ruled, all.len() - 17, "15 reasons of calls and 2 of states name no rule");
}
