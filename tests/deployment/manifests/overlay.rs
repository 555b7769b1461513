use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde_json::Value;

use crate::root;

/// The overlays.
pub const OVERLAYS: [&str; 4] = ["local", "production", "linkerd", "istio"];
/// Namespace of all objects.
pub const NAMESPACE: &str = "csp-channel";

/// A rendered object.
#[derive(Debug)]
pub struct Object(pub Value);

impl Object {
    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// The name without the hash that kustomize appends to the name of a Job.
    pub fn stem(&self) -> &str {
        match self.kind() {
            "Job" => self.name().rsplit_once('-').unwrap().0,
            _ => self.name(),
        }
    }

    /// The value at a JSON pointer, or null.
    pub fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The text at a JSON pointer.
    pub fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_else(|| panic!("{pointer} of {self:?} is no text"))
    }

    /// The pod template, if the object has one.
    pub fn template(&self) -> Option<&Value> {
        match self.kind() {
            "Deployment" | "StatefulSet" | "Job" => Some(self.at("/spec/template")),
            "CronJob" => Some(self.at("/spec/jobTemplate/spec/template")),
            _ => None,
        }
    }
}

/// The elements of a list; empty if the value is no list.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A tool that `tests/setup` installs.
pub fn tool(name: &str) -> PathBuf {
    root().join(".tools/manifests/bin").join(name)
}

/// A rendered overlay as YAML.
pub fn yaml(overlay: &str) -> &'static str {
    static RENDERED: [OnceLock<String>; OVERLAYS.len()] = [const { OnceLock::new() }; 4];
    let at = OVERLAYS.iter().position(|each| *each == overlay).unwrap();
    RENDERED[at].get_or_init(|| render(&root().join("k8s/overlays").join(overlay)))
}

/// Renders the overlay of a folder with kustomize, or with kubectl if kustomize is missing.
pub fn render(folder: &Path) -> String {
    let kustomize = tool("kustomize");
    let mut command = if kustomize.exists() {
        let mut command = Command::new(kustomize);
        command.arg("build");
        command
    } else {
        let mut command = Command::new("kubectl");
        command.arg("kustomize");
        command
    };
    let output = command.arg(folder).output();
    let output = output.expect("there is neither kubectl nor kustomize: run tests/setup");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The objects of an overlay.
pub fn objects(overlay: &str) -> &'static [Object] {
    static OBJECTS: [OnceLock<Vec<Object>>; OVERLAYS.len()] = [const { OnceLock::new() }; 4];
    let at = OVERLAYS.iter().position(|each| *each == overlay).unwrap();
    OBJECTS[at].get_or_init(|| parsed(yaml(overlay)))
}

/// The objects of a YAML stream.
pub fn parsed(yaml: &str) -> Vec<Object> {
    let objects: Vec<Value> = serde_saphyr::from_multiple(yaml).unwrap();
    objects.into_iter().map(Object).collect()
}

/// The objects of one kind.
pub fn of_kind<'a>(overlay: &str, kind: &'a str) -> impl Iterator<Item = &'static Object> + 'a {
    objects(overlay).iter().filter(move |it| it.kind() == kind)
}
