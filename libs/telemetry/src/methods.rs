use std::{collections::HashMap, sync::Arc};

use opentelemetry::StringValue;
use prost::{DecodeError, Message};
use prost_types::FileDescriptorSet;

/// The methods of a server. Only these become metric attributes, so that callers cannot create new
/// series.
#[derive(Debug, Clone, Default)]
pub struct Methods(Arc<HashMap<String, StringValue>>);

impl Methods {
    /// The methods of the services in these encoded descriptor sets for whose full name `served` is
    /// true.
    ///
    /// # Errors
    /// Bytes that are not a descriptor set.
    pub fn of(sets: &[&[u8]], served: impl Fn(&str) -> bool) -> Result<Self, DecodeError> {
        let mut methods = Vec::new();
        for set in sets {
            for file in FileDescriptorSet::decode(*set)?.file {
                for service in &file.service {
                    let service_name = format!("{}.{}", file.package(), service.name());
                    let of_service = service.method.iter().filter(|_| served(&service_name));
                    methods.extend(of_service.map(|it| format!("{service_name}/{}", it.name())));
                }
            }
        }
        Ok(methods.into_iter().collect())
    }

    /// Whether there is a method at a path.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// The full name of the method at a path, if there is one.
    pub(crate) fn at(&self, path: &str) -> Option<StringValue> {
        self.0.get(path).cloned()
    }
}

impl FromIterator<String> for Methods {
    /// The methods with these full names.
    fn from_iter<T: IntoIterator<Item = String>>(names: T) -> Self {
        let named = names.into_iter().map(|it| (format!("/{it}"), it.into()));
        Self(Arc::new(named.collect()))
    }
}

#[cfg(test)]
mod tests {
    use prost_types::{FileDescriptorProto, MethodDescriptorProto, ServiceDescriptorProto};

    use super::*;

    #[test]
    fn only_methods_of_served_services_are_known() {
        let method = |name: &str| MethodDescriptorProto {
            name: Some(name.to_owned()),
            ..MethodDescriptorProto::default()
        };
        let service = |name: &str| ServiceDescriptorProto {
            name: Some(name.to_owned()),
            method: vec![method("Get"), method("List")],
            ..ServiceDescriptorProto::default()
        };
        let file = FileDescriptorProto {
            package: Some("a.v1".to_owned()),
            service: vec![service("Ours"), service("Theirs")],
            ..FileDescriptorProto::default()
        };
        let set = FileDescriptorSet { file: vec![file] }.encode_to_vec();
        let methods = Methods::of(&[&set], |name| name == "a.v1.Ours").unwrap();
        assert_eq!(methods.at("/a.v1.Ours/Get").unwrap().as_str(), "a.v1.Ours/Get");
        for path in ["/a.v1.Theirs/Get", "/a.v1.Ours/Put", "a.v1.Ours/Get", "/", ""] {
            assert_eq!(methods.at(path), None, "{path}");
        }
        assert!(Methods::of(&[b"\xff"], |_| true).is_err());
    }
}
