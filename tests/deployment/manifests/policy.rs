//! Evaluates NetworkPolicies, for the fields that the manifests use.

use serde_json::Value;

use super::overlay::{NAMESPACE, Object, list};

/// An endpoint of a connection.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    Pod {
        /// Labels of the namespace, including its name.
        namespace: Vec<(String, String)>,
        labels: Vec<(String, String)>,
    },
    /// An address outside the cluster.
    Address(String),
}

/// Protocol and port of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port(pub &'static str, pub u16);

impl End {
    /// A pod of a namespace.
    pub fn pod(namespace: &str, labels: &[(&str, &str)]) -> Self {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        Self::Pod {
            namespace: vec![("kubernetes.io/metadata.name".to_owned(), namespace.to_owned())],
            labels: labels.iter().map(owned).collect(),
        }
    }

    /// This pod with another label on its namespace.
    pub fn admitted(mut self, label: &str) -> Self {
        if let Self::Pod { namespace, .. } = &mut self {
            namespace.push((label.to_owned(), "true".to_owned()));
        }
        self
    }

    /// The labels, if the pod is in our namespace; policies apply to no other pods.
    fn ours(&self) -> Option<&[(String, String)]> {
        match self {
            Self::Pod { namespace, labels } if namespace[0].1 == NAMESPACE => Some(labels),
            _ => None,
        }
    }

    fn is(&self, peer: &Value) -> bool {
        let fields: Vec<_> = peer.as_object().unwrap().keys().map(String::as_str).collect();
        match (self, fields.as_slice()) {
            (Self::Address(address), ["ipBlock"]) => {
                peer["ipBlock"]["cidr"].as_str() == Some(&format!("{address}/32"))
            }
            (Self::Pod { .. }, ["podSelector"]) => {
                self.ours().is_some_and(|labels| selects(&peer["podSelector"], labels))
            }
            (Self::Pod { namespace, .. }, ["namespaceSelector"]) => {
                selects(&peer["namespaceSelector"], namespace)
            }
            (Self::Pod { namespace, labels }, ["namespaceSelector", "podSelector"]) => {
                selects(&peer["namespaceSelector"], namespace)
                    && selects(&peer["podSelector"], labels)
            }
            (_, [_] | ["namespaceSelector", "podSelector"]) => false,
            (_, other) => panic!("unsupported peer {other:?}"),
        }
    }
}

fn selects(selector: &Value, labels: &[(String, String)]) -> bool {
    let value = |key: &str| labels.iter().find(|it| it.0 == key).map(|it| it.1.as_str());
    selector.as_object().unwrap().iter().all(|(how, wanted)| match how.as_str() {
        "matchLabels" => {
            wanted.as_object().unwrap().iter().all(|(key, it)| value(key) == it.as_str())
        }
        "matchExpressions" => list(wanted).iter().all(|it| {
            assert_eq!(it["operator"], "In", "unsupported operator");
            let wanted = list(&it["values"]);
            value(it["key"].as_str().unwrap())
                .is_some_and(|value| wanted.iter().any(|it| it.as_str() == Some(value)))
        }),
        other => panic!("unsupported selector {other}"),
    })
}

/// Whether these policies allow a connection.
pub fn allow(policies: &[&Object], from: &End, to: &End, port: Port) -> bool {
    passes(policies, from, "Egress", to, port) && passes(policies, to, "Ingress", from, port)
}

fn passes(policies: &[&Object], at: &End, direction: &str, other: &End, port: Port) -> bool {
    let Some(labels) = at.ours() else {
        return true;
    };
    let mut bound = policies
        .iter()
        .filter(|it| list(it.at("/spec/policyTypes")).iter().any(|each| each == direction))
        .filter(|it| selects(it.at("/spec/podSelector"), labels))
        .peekable();
    let (rules, ends) =
        if direction == "Egress" { ("/spec/egress", "to") } else { ("/spec/ingress", "from") };
    bound.peek().is_none()
        || bound.flat_map(|it| list(it.at(rules))).any(|rule| {
            // A rule without ends or ports would allow all of them.
            assert!(!list(&rule[ends]).is_empty() && !list(&rule["ports"]).is_empty(), "{rule}");
            list(&rule[ends]).iter().any(|it| other.is(it))
                && list(&rule["ports"]).iter().any(|it| {
                    it["protocol"].as_str().unwrap_or("TCP") == port.0 && it["port"] == port.1
                })
        })
}
