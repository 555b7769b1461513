use serde_json::json;

use crate::{
    decision::{Decision, Outcome, rule_ids},
    error::Error,
    kinds::Kind,
    labels::Labels,
    output::{Output, Tone},
    resolve,
    session::{Exit, Session},
    table::table,
    value,
};

/// List the sales chains that could serve a customer, with the rules that block each
///
/// A chain is open if no rule blocks it; whether an order is allowed also depends on its lines, which
/// `csp check` knows.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  csp paths alpine")]
pub(crate) struct Args {
    /// The customer
    customer: String,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let (api, out) = (session.api()?, &session.out);
        let customer = resolve::one(&api, Kind::Customers, &self.customer).await?.name;
        let response = api.call("ListSalesPaths", json!({ "customer": customer })).await?;
        if !out.is_text() {
            out.show(&response, String::new)?;
            return Ok(Exit::Success);
        }
        let labels = Labels::read(&api, &response).await?;
        let truncated = response["truncated"] == true;
        let paths = value::list(response, "paths");
        let rows: Vec<_> = paths
            .iter()
            .map(|path| Decision::read(path).map(|it| row(out, &it, &labels)))
            .collect::<Result<_, _>>()?;
        if rows.is_empty() {
            out.remark("no partner has a relationship with this customer");
        } else {
            out.text(&table(out, &["CHAIN", "STATE", "BLOCKED BY", "WHO MUST ACT"], rows))?;
        }
        if truncated {
            out.remark("more chains exist than one response holds");
        }
        Ok(Exit::Success)
    }
}

fn row(out: &Output, decision: &Decision, labels: &Labels) -> Vec<String> {
    let failed = || decision.outcomes.iter().filter(|it| it.failed());
    let mut parties: Vec<String> = Vec::new();
    for outcome in failed() {
        let party = decision.transaction.responsible(outcome, labels);
        if !parties.contains(&party) {
            parties.push(party);
        }
    }
    let state = match failed().next() {
        Some(Outcome { .. }) => out.paint(Tone::Bad, "blocked"),
        None => out.paint(Tone::Good, "open"),
    };
    vec![decision.transaction.shown(labels), state, rule_ids(failed()), parties.join(", ")]
}
