use client::Kind::Refused;
use serde_json::{Value, json};
use types::{Clock, tenant_id};
use uuid::Uuid;

use crate::{
    api::Api,
    decision::{Chain, Decision},
    error::Error,
    kinds::Kind,
    labels::Labels,
    resolve,
    session::{Exit, Session},
    value::{choice, day, list, text},
};

/// Record that a partner accepted the Microsoft Partner Agreement
///
/// A Global admin of the partner accepts it in Partner Center; this records who did so and when. Nothing is
/// recorded if an acceptance for the role is in force.
///
/// Exit codes: 0 recorded or in force, 2 refused, 1 error.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  csp accept-mpa fabrikam --signatory 'Konrad Zuse <konrad@fabrikam.example.com>'"
)]
pub(crate) struct Args {
    /// The partner
    #[arg(value_name = "PARTNER")]
    partner: String,
    /// Global admin who accepted it
    #[arg(long, value_name = "FIRST LAST <EMAIL>", value_parser = Signatory::read)]
    signatory: Signatory,
    /// Role of the partner, if it has several
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// When it was accepted, such as 2026-01-15T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Record it even if an acceptance is in force
    #[arg(long)]
    again: bool,
    /// UUID of the request, to repeat one whose outcome is unknown [default: a new one]
    #[arg(long, value_name = "UUID", value_parser = tenant_id)]
    request_id: Option<Uuid>,
    /// Check everything and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// A person, as in the header of an email.
#[derive(Debug, Clone)]
struct Signatory {
    first: String,
    last: String,
    email: String,
}

impl Signatory {
    fn read(text: &str) -> Result<Self, String> {
        let parts = text.trim().strip_suffix('>').and_then(|it| it.split_once('<'));
        let named = parts.and_then(|(name, email)| Some((name.trim().rsplit_once(' ')?, email)));
        let ((first, last), email) =
            named.ok_or("write it as `Konrad Zuse <konrad@fabrikam.example.com>`")?;
        let [first, last, email] = [first, last, email].map(|it| it.trim().to_owned());
        Ok(Self { first, last, email })
    }
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let (api, out) = (session.api()?, &session.out);
        resolve::require_whole(Kind::Partners, &self.partner)?;
        let partner = resolve::one(&api, Kind::Partners, &self.partner).await?.name;
        let enrollments = api.call("ListEnrollments", json!({ "parent": partner })).await?;
        let role = self.role(&list(enrollments, "enrollments"))?;
        if let Some(agreement) = in_force(&api, &partner, &role).await?.filter(|_| !self.again) {
            let text = already(&agreement);
            out.show(&json!({ "agreement": agreement }), || text)?;
            return Ok(Exit::Success);
        }
        let request_id = self.request_id.unwrap_or_else(Uuid::new_v4);
        let request = self.request(&partner, &role, request_id);
        let failed = match api.call("AcceptAgreement", request).await {
            Ok(response) => {
                let labels = Labels::read(&api, out, &json!(partner)).await;
                out.show(&response, || self.recorded(labels.short(&partner), &role))?;
                return Ok(Exit::Success);
            }
            Err(Error::Call(failed)) => failed,
            Err(error) => return Err(error),
        };
        if failed.error.kind == Refused {
            let decision = Decision::of_refusal(failed.error.refusal, Chain::default());
            return decision.print(&api, out).await;
        }
        Err(match self.dry_run {
            true => Error::Call(failed),
            false => failed.of_write("the acceptance may have been recorded", request_id),
        })
    }

    fn request(&self, partner: &str, role: &str, request_id: Uuid) -> Value {
        let at = self.at.clone().unwrap_or_else(|| Clock::system().now().to_string());
        let Signatory { first, last, email } = &self.signatory;
        json!({
            "parent": partner,
            "requestId": request_id,
            "validateOnly": self.dry_run,
            "agreement": {
                "kind": format!("AGREEMENT_KIND_{role}"),
                "acceptTime": at,
                "signatory": {
                    "firstName": first,
                    "lastName": last,
                    "email": email,
                    "role": "SIGNATORY_ROLE_GLOBAL_ADMIN",
                },
            },
        })
    }

    fn recorded(&self, who: &str, role: &str) -> String {
        let recorded = if self.dry_run { "would be recorded" } else { "recorded" };
        let Signatory { first, last, .. } = &self.signatory;
        let role = choice(role, "");
        format!("{recorded}: {who} accepted the MPA as {role}, by {first} {last}")
    }

    /// The chosen role, or the only one that the partner has.
    fn role(&self, enrollments: &[Value]) -> Result<String, Error> {
        let roles: Vec<_> =
            enrollments.iter().map(|it| text(it, "/role").trim_start_matches("ROLE_")).collect();
        let wanted = self.role.as_ref().map(|it| it.to_uppercase().replace('-', "_"));
        let chosen = match (&wanted, &roles[..]) {
            (None, [only]) => Some(*only),
            (Some(wanted), roles) => roles.iter().copied().find(|it| it == wanted),
            (None, _) => None,
        };
        chosen.map(str::to_owned).ok_or_else(|| {
            let roles: Vec<_> =
                roles.iter().map(|it| it.to_lowercase().replace('_', "-")).collect();
            Error::Text(match roles.len() {
                0 => format!("{} has no role; enroll it with EnrollPartner first", self.partner),
                _ => format!(
                    "{} is enrolled as {}; choose one with --role",
                    self.partner,
                    roles.join(" and ")
                ),
            })
        })
    }
}

/// The newest acceptance for a role, if it is in force now.
async fn in_force(api: &Api, partner: &str, role: &str) -> Result<Option<Value>, Error> {
    let agreements = api.call("ListAgreements", json!({ "parent": partner })).await?;
    let kind = format!("AGREEMENT_KIND_{role}");
    let mut agreements = list(agreements, "agreements");
    agreements.retain(|it| text(it, "/kind") == kind);
    let newest = agreements.into_iter().max_by(|a, b| revision(a).cmp(&revision(b)));
    let role = format!("ROLE_{role}");
    let covers = |it: &Value| {
        it["coveredRoles"].as_array().is_some_and(|it| it.iter().any(|it| *it == role))
    };
    Ok(newest.filter(covers))
}

/// Revision of the partner at which an acceptance was recorded.
fn revision(agreement: &Value) -> u64 {
    text(agreement, "/revision").parse().unwrap_or_default()
}

fn already(agreement: &Value) -> String {
    let on = day(text(agreement, "/acceptTime"));
    let [first, last] =
        ["firstName", "lastName"].map(|it| text(agreement, &format!("/signatory/{it}")).to_owned());
    format!("already accepted on {on} by {first} {last}; record another acceptance with --again")
}
