//! "May X sell this?": the question of a form, and its answer.

mod commands;
mod form;

use contracts::{
    onboarding::GetPartnerRequest,
    relationship::{
        CheckTransactionRequest, Decision, DecisionView, ProductFamily, Purpose, Transaction,
        TransactionLine,
    },
};
use http::StatusCode;

use crate::{
    calls::{Calls, known, read, sent},
    decision,
    names::Wanted,
    problem::Problem,
    query::Query,
};

/// A field that only the form sends.
const SENT: &str = "sent";

/// The values of the form.
#[derive(Debug, Clone)]
pub(super) struct Question {
    customer: String,
    seller: String,
    reseller: String,
    purpose: String,
    family: String,
    partner_id: String,
    /// The PartnerID of the reseller, which a line has if the form states none. Empty if the reseller has
    /// none, or none is needed.
    reseller_partner_id: String,
    attested: bool,
}

/// The answer to a question.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    NotAsked,
    Decided(Box<Decision>),
    /// A value of the form is invalid, or names a resource that does not exist.
    Wrong(Problem),
}

impl Answer {
    pub(super) fn want(&self, wanted: &mut Wanted) {
        if let Self::Decided(it) = self {
            decision::want(&it.legs, wanted);
            wanted.add(it.outcomes.iter().map(|outcome| &outcome.subject));
        }
    }

    /// The status of a page whose question is wrong.
    pub(super) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::NotAsked | Self::Decided(_) => None,
            Self::Wrong(problem) => Some(problem.status()),
        }
    }
}

impl Question {
    pub(super) fn of(customer: &str, query: &Query) -> Self {
        let text = |name| query.get(name).to_owned();
        Self {
            customer: customer.to_owned(),
            seller: text("seller"),
            reseller: text("reseller"),
            purpose: text("purpose"),
            family: text("family"),
            partner_id: text("partner_id"),
            reseller_partner_id: String::new(),
            // A form without the tick sends no value; a link from elsewhere sends no form.
            attested: match query.get("attested") {
                "" => query.get(SENT).is_empty(),
                text => text == "yes",
            },
        }
    }

    fn is_asked(&self) -> bool {
        !self.seller.is_empty()
    }

    fn purpose(&self) -> Result<Purpose, Problem> {
        let named = format!("PURPOSE_{}", self.purpose);
        match self.purpose.as_str() {
            "" => Ok(Purpose::NewSubscription),
            text => Purpose::from_str_name(&named)
                .ok_or_else(|| wrong(format!("purpose: `{text}` is not a purpose"))),
        }
    }

    fn family(&self) -> Result<Option<ProductFamily>, Problem> {
        let named = format!("PRODUCT_FAMILY_{}", self.family);
        match self.family.as_str() {
            "" => Ok(None),
            text => ProductFamily::from_str_name(&named)
                .map(Some)
                .ok_or_else(|| wrong(format!("family: `{text}` is not a product family"))),
        }
    }

    fn partner_id_on_record(&self) -> &str {
        if self.partner_id.is_empty() { &self.reseller_partner_id } else { &self.partner_id }
    }

    fn transaction(&self) -> Result<Transaction, Problem> {
        let line = |family: ProductFamily| TransactionLine {
            product_family: family.into(),
            partner_id_on_record: self.partner_id_on_record().to_owned(),
            ..TransactionLine::default()
        };
        if self.family.is_empty() && !self.partner_id.is_empty() {
            return Err(wrong(
                "partner_id: choose a product family too; a line has both".to_owned(),
            ));
        }
        Ok(Transaction {
            seller: partner(&self.seller),
            reseller: partner(&self.reseller),
            customer: self.customer.clone(),
            purpose: self.purpose()?.into(),
            lines: self.family()?.map(line).into_iter().collect(),
            partner_attestation_accepted: self.attested,
        })
    }

    /// Asks it, with the PartnerID of the reseller if a line needs one.
    pub(super) async fn ask(mut self, calls: &Calls) -> Result<(Self, Answer), Problem> {
        if self.is_asked()
            && self.partner_id.is_empty()
            && !self.family.is_empty()
            && !self.reseller.is_empty()
        {
            let request = GetPartnerRequest { name: partner(&self.reseller) };
            // Relationship reports what is wrong with a reseller that does not exist.
            let reseller = known(read!(calls.onboarding.get_partner(request)).await)?;
            let reseller = reseller.and_then(|it| it.partner).unwrap_or_default();
            self.reseller_partner_id = reseller.location_account_id;
        }
        let answer = self.answer(calls).await?;
        Ok((self, answer))
    }

    async fn answer(&self, calls: &Calls) -> Result<Answer, Problem> {
        if !self.is_asked() {
            return Ok(Answer::NotAsked);
        }
        let transaction = match self.transaction() {
            Ok(transaction) => Some(transaction),
            Err(problem) => return Ok(Answer::Wrong(problem)),
        };
        let request = CheckTransactionRequest { transaction, view: DecisionView::Full.into() };
        match read!(calls.relationship.check_transaction(request)).await {
            Ok(answer) => Ok(Answer::Decided(Box::new(sent("relationship", answer.decision)?))),
            Err(problem @ (Problem::Invalid(_) | Problem::Missing(_))) => {
                Ok(Answer::Wrong(problem))
            }
            Err(problem) => Err(problem),
        }
    }
}

/// The resource name of a partner that was given by name or tenant.
fn partner(text: &str) -> String {
    match text {
        "" => String::new(),
        text if text.contains('/') => text.to_owned(),
        tenant => format!("partners/{tenant}"),
    }
}

fn wrong(text: String) -> Problem {
    Problem::Invalid(vec![text])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(query: &str) -> Question {
        Question::of("customers/c", &Query::parse(query))
    }

    #[test]
    fn a_partner_is_given_by_tenant_or_name_and_a_line_by_its_family() {
        let asked =
            question("seller=s&reseller=partners/r&family=AZURE&partner_id=4847383&attested=yes");
        let transaction = asked.transaction().unwrap();
        assert_eq!(transaction.seller, "partners/s");
        assert_eq!(transaction.reseller, "partners/r");
        assert_eq!(transaction.purpose(), Purpose::NewSubscription);
        assert_eq!(transaction.lines[0].product_family(), ProductFamily::Azure);
        assert!(transaction.partner_attestation_accepted);
        assert!(question("seller=s").transaction().unwrap().lines.is_empty());
    }

    #[test]
    fn the_role_is_attested_unless_the_form_was_sent_without_the_tick() {
        for (query, attested) in [
            ("", true),
            ("seller=s", true),
            ("seller=s&sent=yes&attested=yes", true),
            ("seller=s&sent=yes", false),
            ("seller=s&attested=no", false),
        ] {
            assert_eq!(question(query).attested, attested, "{query}");
        }
    }

    #[test]
    fn a_line_has_the_partner_id_of_the_reseller_if_the_form_states_none() {
        let on_record = |query| {
            let asked = Question { reseller_partner_id: "4847383".to_owned(), ..question(query) };
            asked.transaction().unwrap().lines[0].partner_id_on_record.clone()
        };
        assert_eq!(on_record("seller=s&reseller=r&family=AZURE"), "4847383");
        assert_eq!(on_record("seller=s&reseller=r&family=AZURE&partner_id=1"), "1");
    }

    #[test]
    fn an_invalid_value_is_named() {
        for (query, named) in [
            ("seller=s&purpose=STEAL", "`STEAL`"),
            ("seller=s&family=GOLD", "`GOLD`"),
            ("seller=s&partner_id=4847383", "partner_id"),
        ] {
            let Err(Problem::Invalid(values)) = question(query).transaction() else {
                panic!("{query} is accepted");
            };
            assert!(values[0].contains(named), "{values:?}");
        }
    }
}
