use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    api::Api,
    error::Error,
    kinds::Kind,
    session::{Exit, Session},
    table::table,
    value::{self, text},
};

/// List what one service knows and another one lost
///
/// After one of the databases was restored to an earlier moment, the others refer to resources that it lost. Lists
/// each of these, and each running subscription whose customer has no resale relationship with its seller or reseller.
/// Reads everything, in pages.
///
/// Exit codes: 0 nothing is lost, 2 something is, 1 error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  csp reconcile")]
pub(crate) struct Args {}

/// The references of a kind: the field, and the service that has its resources.
const REFERENCES: [(Kind, &[(&str, &str)]); 6] = [
    (Kind::Customers, &[("/organization", "onboarding")]),
    (Kind::Partnerships, &[("/provider", "onboarding"), ("/reseller", "onboarding")]),
    (Kind::Relationships, &[("/partner", "onboarding")]),
    (
        Kind::Orders,
        &[("/seller", "onboarding"), ("/reseller", "onboarding"), ("/customer", "relationship")],
    ),
    (
        Kind::Subscriptions,
        &[("/seller", "onboarding"), ("/reseller", "onboarding"), ("/customer", "relationship")],
    ),
    (
        Kind::Transfers,
        &[
            ("/source", "onboarding"),
            ("/target", "onboarding"),
            ("/targetReseller", "onboarding"),
            ("/customer", "relationship"),
        ],
    ),
];
/// The states of subscriptions that need a relationship.
const RUNNING: [&str; 2] = ["SUBSCRIPTION_STATE_ACTIVE", "SUBSCRIPTION_STATE_SUSPENDED"];

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let (api, out) = (session.api()?, &session.out);
        let lost = lost(&api).await?;
        let found: Vec<_> = lost.iter().map(|(service, lost, known)| {
            json!({ "service": service, "lost": lost, "known": known })
        }).collect();
        out.show(&found, || match lost.is_empty() {
            true => "nothing is lost".to_owned(),
            false => {
                let rows = lost.iter().map(|(service, lost, known)| {
                    vec![(*service).to_owned(), lost.clone(), known.clone()]
                });
                table(out, &["SERVICE", "LOST", "KNOWN FROM"], rows.collect())
            }
        })?;
        Ok(if lost.is_empty() { Exit::Success } else { Exit::Refused })
    }
}

/// A service, what it lost, and a resource of another service that refers to it.
type Lost = (&'static str, String, String);

async fn lost(api: &Api) -> Result<Vec<Lost>, Error> {
    let mut existing = BTreeSet::new();
    for kind in [Kind::Organizations, Kind::Partners, Kind::Customers] {
        each(api, kind, |it| existing.extend([text(it, "/name").to_owned()])).await?;
    }
    let (mut lost, mut sells, mut partnered) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for (kind, references) in REFERENCES {
        each(api, kind, |it| {
            let name = text(it, "/name");
            if kind == Kind::Partnerships {
                let parties = [text(it, "/provider"), text(it, "/reseller")];
                partnered.insert(parties.map(str::to_owned));
            }
            if kind == Kind::Relationships && is_active_resale(it) {
                sells.insert((customer_of(name), text(it, "/partner").to_owned()));
            }
            for (field, service) in references {
                let referred = text(it, field);
                if !referred.is_empty() && !existing.contains(referred) {
                    lost.push((*service, referred.to_owned(), name.to_owned()));
                }
            }
            let chain = [text(it, "/seller"), text(it, "/reseller")];
            if kind == Kind::Orders
                && !chain[1].is_empty()
                && !partnered.contains(&chain.map(str::to_owned))
            {
                let partnership = format!("partnership of {} with {}", chain[0], chain[1]);
                lost.push(("relationship", partnership, name.to_owned()));
            }
            if kind == Kind::Subscriptions && RUNNING.contains(&text(it, "/state")) {
                let customer = text(it, "/customer");
                for partner in chain.into_iter().filter(|it| !it.is_empty()) {
                    if !sells.contains(&(customer.to_owned(), partner.to_owned())) {
                        let relationship =
                            format!("resale relationship of {customer} with {partner}");
                        lost.push(("relationship", relationship, name.to_owned()));
                    }
                }
            }
        })
        .await?;
    }
    lost.sort();
    Ok(lost)
}

fn is_active_resale(it: &Value) -> bool {
    text(it, "/kind") == "CUSTOMER_RELATIONSHIP_KIND_RESALE"
        && text(it, "/state") == "CUSTOMER_RELATIONSHIP_STATE_ACTIVE"
}

/// The customer of a relationship.
fn customer_of(name: &str) -> String {
    name.split("/relationships/").next().unwrap_or_default().to_owned()
}

/// Reads all resources of a kind, a page at a time.
async fn each(api: &Api, kind: Kind, mut read: impl FnMut(&Value)) -> Result<(), Error> {
    let methods = kind.methods();
    let mut request = json!({ "pageSize": methods.page });
    if kind == Kind::Relationships {
        request["parent"] = "customers/-".into();
    }
    loop {
        let response = api.call(methods.list, request.clone()).await?;
        let token = text(&response, "/nextPageToken").to_owned();
        value::list(response, &kind.collection()).iter().for_each(&mut read);
        if token.is_empty() {
            return Ok(());
        }
        request["pageToken"] = token.into();
    }
}
