use serde_json::{Value, json};

use crate::{
    error::Error,
    output::{Output, Tone},
    session::{Exit, Session},
    table::table,
    value::{self, text},
};

/// Show the rules, or one rule with its sources and reasons
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  csp rules\n  csp rules MPA-2")]
pub(crate) struct Args {
    /// Rule to show, such as MPA-2
    id: Option<String>,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let out = &session.out;
        let mut rules = value::list(session.api()?.call("ListRules", json!({})).await?, "rules");
        let Some(id) = self.id else {
            let row = |it: &Value| ["/id", "/text"].map(|path| text(it, path).to_owned()).into();
            let rows = || rules.iter().map(row).collect::<Vec<_>>();
            out.show(&rules, || table(out, &["RULE", "TEXT"], rows()))?;
            return Ok(Exit::Success);
        };
        let Some(at) = rules.iter().position(|it| text(it, "/id").eq_ignore_ascii_case(&id)) else {
            let id = types::quoted(&id);
            return Err(Error::Text(format!("there is no rule {id}; `csp rules` lists all rules")));
        };
        let rule = rules.swap_remove(at);
        out.show(&rule, || shown(out, &rule))?;
        Ok(Exit::Success)
    }
}

fn shown(out: &Output, rule: &Value) -> String {
    let mut shown =
        format!("{}  {}\n", out.paint(Tone::Strong, text(rule, "/id")), text(rule, "/text"));
    for source in rule["sources"].as_array().into_iter().flatten() {
        let parts = ["/title", "/section", "/date", "/url"].map(|path| text(source, path));
        let parts = parts.into_iter().filter(|it| !it.is_empty());
        shown += &format!("source: {}\n", parts.collect::<Vec<_>>().join(", "));
    }
    let methods = rule["appliedBy"].as_array().into_iter().flatten().filter_map(Value::as_str);
    shown += &format!("applied by: {}\n", methods.collect::<Vec<_>>().join(", "));
    for reason in rule["reasons"].as_array().into_iter().flatten() {
        shown += &format!("reason: {} ({})", text(reason, "/reason"), text(reason, "/domain"));
        match text(reason, "/partnerCenterCode") {
            "" => shown += "\n",
            code => shown += &format!(", in Partner Center {code}\n"),
        }
    }
    shown
}
