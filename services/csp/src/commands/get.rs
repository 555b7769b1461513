use serde_json::Value;

use crate::{
    error::Error,
    labels::Labels,
    output::Tone,
    resolve,
    session::{Exit, Session},
};

/// Show resources with all their fields
///
/// A resource is named by its full name, such as `partners/…`, by kind and alias, such as
/// `customer/litware`, or by its GUID, alias, PartnerID or display name alone if that names only one resource.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  csp get northwind customer/litware offers/m365-business")]
pub(crate) struct Args {
    /// The resources
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let (api, out) = (session.api()?, &session.out);
        let mut found = Vec::new();
        for name in &self.names {
            found.push(resolve::any(&api, name).await?.value);
        }
        if out.is_text() {
            let all = Value::Array(found);
            let labels = Labels::read(&api, out, &all).await;
            let shown = |it: &Value| {
                let name = labels.annotate(it["name"].as_str().unwrap_or_default());
                out.paint(Tone::Strong, &name) + "\n" + &fields(it, &labels)
            };
            let texts: Vec<_> = all.as_array().into_iter().flatten().map(shown).collect();
            out.text(&texts.join("\n"))?;
        } else if let [single] = found.as_slice() {
            out.show(single, String::new)?;
        } else {
            out.show(&found, String::new)?;
        }
        Ok(Exit::Success)
    }
}

/// Every field but the name in a line of its own, with its path.
fn fields(resource: &Value, labels: &Labels) -> String {
    let mut rows = Vec::new();
    flatten(resource, String::new(), &mut rows);
    rows.retain(|(path, _)| path != "name");
    let width = rows.iter().map(|(path, _)| path.len()).max().unwrap_or_default();
    let line =
        |(path, text): &(String, String)| format!("  {path:width$}  {}\n", labels.annotate(text));
    rows.iter().map(line).collect()
}

fn flatten(value: &Value, path: String, rows: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            let dot = if path.is_empty() { "" } else { "." };
            for (name, value) in fields {
                flatten(value, format!("{path}{dot}{name}"), rows);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                flatten(value, format!("{path}[{at}]"), rows);
            }
        }
        Value::String(text) => rows.push((path, text.clone())),
        other => rows.push((path, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_field_has_a_line_with_its_path() {
        let order = json!({"name": "orders/1", "lines": [{"offer": "offers/a", "quantity": 5}]});
        let expected = "  lines[0].offer     offers/a\n  lines[0].quantity  5\n";
        assert_eq!(fields(&order, &Labels::default()), expected);
    }
}
