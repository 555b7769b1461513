use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    api::Api,
    decision::{Decision, Outcome, rule_ids},
    error::Error,
    kinds::Kind,
    labels::Labels,
    output::{Output, Tone},
    progress::Progress,
    resolve,
    session::{Exit, Session},
    table::table,
    value,
};

/// Customers of which one call decides on all paths.
const PAGE: u32 = 20;
/// Most pages of customers that are read.
const MOST_PAGES: usize = 200;
/// Stands for all customers.
const ALL: &str = "customers/-";

/// List the sales chains that could serve a customer, with the rules that block each
///
/// A chain is open if no rule blocks it; whether an order is allowed also depends on its lines, which
/// `csp check` knows. Without a customer, the chains of all customers are listed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  csp paths litware\n  csp paths --blocked")]
pub(crate) struct Args {
    /// The customer [default: `customers/-`, all customers]
    customer: Option<String>,
    /// Only chains that a rule blocks
    #[arg(long)]
    blocked: bool,
    /// Most chains to list
    #[arg(long, value_name = "COUNT", default_value = "100", value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
}

/// Chains as relationship returned them.
#[derive(Debug, Serialize)]
struct Paths {
    paths: Vec<Value>,
    /// Whether there are more.
    truncated: bool,
    /// Whether customers were not read.
    #[serde(skip)]
    unread: bool,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let (api, out) = (session.api()?, &session.out);
        let found = self.read(&api).await?;
        if !out.is_text() {
            out.show(&found, String::new)?;
            return Ok(Exit::Success);
        }
        let labels = Labels::read(&api, out, &Value::Array(found.paths.clone())).await;
        let rows = found.paths.iter().map(|it| Ok(row(out, &Decision::read(it)?, &labels)));
        let rows: Vec<_> = rows.collect::<Result<_, Error>>()?;
        if rows.is_empty() {
            out.remark(if self.blocked { "no chain is blocked" } else { "there are no chains" });
        } else {
            out.text(&table(out, &["CHAIN", "STATE", "BLOCKED BY", "WHO MUST ACT"], rows))?;
        }
        if found.truncated {
            out.remark(match found.unread {
                true => "not all customers were read; name a customer",
                false => "more chains exist; name a customer, or raise --limit",
            });
        }
        Ok(Exit::Success)
    }

    /// The chains up to the limit.
    async fn read(&self, api: &Api) -> Result<Paths, Error> {
        let mut request = json!({ "refusedOnly": self.blocked });
        match self.customer.as_deref().filter(|it| *it != ALL) {
            Some(customer) => {
                request["customer"] =
                    resolve::one(api, Kind::Customers, customer).await?.name.into();
            }
            None => {
                request["customer"] = ALL.into();
                request["pageSize"] = PAGE.into();
            }
        }
        let (mut paths, mut truncated) = (Vec::new(), false);
        let mut progress = Progress::new("reading customers", MOST_PAGES);
        let mut pages = 0;
        loop {
            pages += 1;
            let response = api.call("ListSalesPaths", request.clone()).await?;
            let next = value::text(&response, "/nextPageToken").to_owned();
            truncated |= response["truncated"] == true;
            paths.extend(value::list(response, "paths"));
            let full = paths.len() >= self.limit.into();
            if next.is_empty() || full || pages == MOST_PAGES {
                truncated |= !next.is_empty() || paths.len() > self.limit.into();
                paths.truncate(self.limit.into());
                progress.clear();
                return Ok(Paths { paths, truncated, unread: !next.is_empty() && !full });
            }
            request["pageToken"] = next.into();
            progress.set(pages);
        }
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
