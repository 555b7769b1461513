use serde_json::{Value, json};
use types::Clock;

use crate::{
    error::Error,
    kinds::Kind,
    labels::Labels,
    resolve,
    session::{Exit, Session},
    value::{choice, list, text},
};

/// Record that a partner accepted the Microsoft Partner Agreement
///
/// A Global admin of the partner accepts it in Partner Center; this records who did so and when.
///
/// Exit codes: 0 recorded, 1 error, 2 refused.
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
        let api = session.api()?;
        let partner = resolve::one(&api, Kind::Partners, &self.partner).await?;
        let enrollments = api.call("ListEnrollments", json!({ "parent": partner.name })).await?;
        let role = self.role(&list(enrollments, "enrollments"))?;
        let at = self.at.clone().unwrap_or_else(|| Clock::system().now().to_string());
        let Signatory { first, last, email } = &self.signatory;
        let request = json!({
            "parent": partner.name,
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
        });
        let response = api.call("AcceptAgreement", request).await?;
        let labels = Labels::read(&api, &json!(partner.name)).await?;
        let who = labels.short(&partner.name);
        let role = choice(&format!("ROLE_{role}"), "ROLE_");
        let recorded = if self.dry_run { "would be recorded" } else { "recorded" };
        session.out.show(&response, || {
            format!("{recorded}: {who} accepted the MPA as {role}, by {first} {last}")
        })?;
        Ok(Exit::Success)
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
