use client::Kind::Refused;
use serde_json::{Value, json};
use types::tenant_id;
use uuid::Uuid;

use crate::{
    decision::Decision,
    error::Error,
    kinds::Kind,
    labels::Labels,
    output::{Output, Tone},
    parties::Parties,
    resolve,
    sale::Sale,
    session::{Exit, Session},
    value::{choice, money, text},
};

/// Place an order of one offer
///
/// The seller's attestation is given with the order, and the reseller's PartnerID is on its line. A refused
/// order is printed as `csp check` prints it.
///
/// Exit codes: 0 accepted, 2 refused, 1 error.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  csp order --seller northwind --reseller fabrikam --customer litware \
                  --offer m365-business --quantity 5"
)]
pub(crate) struct Args {
    #[command(flatten)]
    parties: Parties,
    /// Offer to buy
    #[arg(long, value_name = "OFFER")]
    offer: String,
    #[command(flatten)]
    sale: Sale,
    /// UUID of the request, to repeat an order whose outcome is unknown [default: a new one]
    #[arg(long, value_name = "UUID", value_parser = tenant_id)]
    request_id: Option<Uuid>,
    /// Check everything and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let (api, out) = (session.api()?, &session.out);
        self.parties.require_whole_names()?;
        let parties = self.parties.resolve(&api).await?;
        let offer = resolve::one(&api, Kind::Offers, &self.offer).await?;
        let request_id = self.request_id.unwrap_or_else(Uuid::new_v4);
        let request = json!({
            "requestId": request_id,
            "validateOnly": self.dry_run,
            "order": self.sale.order(&api, &parties, &offer).await?,
        });
        let failed = match api.call("PlaceOrder", request).await {
            Ok(mut response) => {
                let order = response["order"].take();
                let labels = Labels::read(&api, out, &order).await;
                let sale = parties.chain().shown(&labels);
                let offer = text(&offer.value, "/displayName");
                out.show(&order, || self.accepted(out, &order, &sale, offer))?;
                return Ok(Exit::Success);
            }
            Err(Error::Call(failed)) => failed,
            Err(error) => return Err(error),
        };
        if failed.error.kind == Refused {
            let decision = Decision::of_refusal(failed.error.refusal, parties.chain());
            return decision.print(&api, out).await;
        }
        Err(match self.dry_run {
            true => Error::Call(failed),
            false => failed.of_write("the order may have been placed", request_id),
        })
    }

    fn accepted(&self, out: &Output, order: &Value, sale: &str, offer: &str) -> String {
        let line = &order["lines"][0];
        let verdict = match self.dry_run {
            true => out.paint(Tone::Good, "WOULD BE ACCEPTED") + " (dry run, nothing was written)",
            false => out.paint(Tone::Good, "ACCEPTED") + " " + text(order, "/name"),
        };
        let units = format!(
            "{} × {offer} ({}), {} billed {}: {} for each billing cycle",
            line["quantity"],
            text(line, "/offer"),
            text(line, "/term").trim_start_matches("TERM_"),
            choice(text(line, "/billingCycle"), "BILLING_CYCLE_"),
            money(order, "/total"),
        );
        format!("{verdict}\n{sale}\n{units}\n{}\n", text(line, "/subscription"))
    }
}
