use crate::{
    error::Error,
    labels::Labels,
    question::Question,
    session::{Exit, Session},
};

/// Ask whether a transaction is allowed; if not, say why not, who must act and how
///
/// The question is complete: the seller's attestation counts as given, and the reseller's PartnerID is on
/// the line. Nothing is written. An offer in a new subscription is checked as `csp order` would order it.
///
/// Exit codes: 0 allowed, 2 refused or undetermined, 1 error.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  csp check --seller northwind --reseller fabrikam --customer litware \
                  --offer m365-business"
)]
pub(crate) struct Args {
    #[command(flatten)]
    question: Question,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let api = session.api()?;
        let (response, decision) = self.question.ask(&api, "DECISION_VIEW_BASIC").await?;
        if session.out.is_text() {
            let labels = Labels::read(&api, &session.out, &response).await;
            session.out.text(&decision.shown(&session.out, &labels))?;
        } else {
            session.out.show(&response, String::new)?;
        }
        Ok(if decision.allowed() { Exit::Success } else { Exit::Refused })
    }
}
