use std::collections::HashMap;

use opentelemetry::StringValue;
use prost::{DecodeError, Message};
use prost_types::FileDescriptorSet;

/// The methods that a server has. Only these become attributes of metrics, so that a caller
/// cannot make up new ones.
#[derive(Debug, Clone, Default)]
pub struct Methods(HashMap<String, StringValue>);

impl Methods {
    /// The methods of those services for which `served` is true, by full name, out of encoded
    /// descriptor sets.
    ///
    /// # Errors
    /// Bytes that are no descriptor set.
    pub fn of(sets: &[&[u8]], served: impl Fn(&str) -> bool) -> Result<Self, DecodeError> {
        let mut methods = HashMap::new();
        for set in sets {
            for file in FileDescriptorSet::decode(*set)?.file {
                for service in &file.service {
                    let service_name = format!("{}.{}", file.package(), service.name());
                    let of_service = service.method.iter().filter(|_| served(&service_name));
                    let names = of_service.map(|it| format!("{service_name}/{}", it.name()));
                    methods.extend(names.map(|it| (format!("/{it}"), it.into())));
                }
            }
        }
        Ok(Self(methods))
    }

    /// The full name of the method at a path, if there is one.
    pub(crate) fn at(&self, path: &str) -> Option<StringValue> {
        self.0.get(path).cloned()
    }
}
