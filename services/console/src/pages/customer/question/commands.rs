//! The commands that ask the same as the form.

use contracts::relationship::{Purpose, Transaction};

use super::{Answer, Question};
use crate::{
    commands::{Commands, json},
    enums::word,
    pages::RELATIONSHIP,
};

impl Question {
    /// Adds the commands that ask the same, if it has a decision.
    pub(in crate::pages::customer) fn commands(
        &self,
        commands: Commands,
        answer: &Answer,
        address: &str,
    ) -> Commands {
        match (answer, self.transaction()) {
            (Answer::Decided(_), Ok(asked)) => self.csp(grpcurl(commands, &asked, address), &asked),
            _ => commands,
        }
    }

    /// `csp` always sends a line with the PartnerID of the reseller, and the attestation.
    fn csp(&self, commands: Commands, asked: &Transaction) -> Commands {
        let Some(line) = asked.lines.first() else { return commands };
        if !self.attested || !self.partner_id.is_empty() {
            return commands;
        }
        let mut options = vec!["--seller", &asked.seller];
        if !asked.reseller.is_empty() {
            options.extend(["--reseller", &asked.reseller]);
        }
        options.extend(["--customer", &asked.customer]);
        let family = word("PRODUCT_FAMILY_", line.product_family().as_str_name());
        options.extend(["--family", &family]);
        let purpose = word("PURPOSE_", asked.purpose().as_str_name());
        if asked.purpose() != Purpose::NewSubscription {
            options.extend(["--purpose", &purpose]);
        }
        let command = |name| [vec![name], options.clone()].concat();
        commands.csp(&command("check")).csp(&command("explain"))
    }
}

fn grpcurl(commands: Commands, asked: &Transaction, address: &str) -> Commands {
    let mut fields = vec![("seller", json(&asked.seller)), ("customer", json(&asked.customer))];
    if !asked.reseller.is_empty() {
        fields.insert(1, ("reseller", json(&asked.reseller)));
    }
    fields.push(("purpose", json(asked.purpose().as_str_name())));
    if let Some(line) = asked.lines.first() {
        let mut text = format!("\"product_family\": {}", json(line.product_family().as_str_name()));
        if !line.partner_id_on_record.is_empty() {
            let id = json(&line.partner_id_on_record);
            text.push_str(&format!(", \"partner_id_on_record\": {id}"));
        }
        fields.push(("lines", format!("[{{{text}}}]")));
    }
    fields.push(("partner_attestation_accepted", asked.partner_attestation_accepted.to_string()));
    let fields = fields.iter().map(|(name, value)| format!("\"{name}\": {value}"));
    let fields = fields.collect::<Vec<_>>().join(", ");
    let request = format!("{{\"transaction\": {{{fields}}}, \"view\": \"DECISION_VIEW_FULL\"}}");
    commands.call_json(address, RELATIONSHIP, "CheckTransaction", &request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Query;

    /// The page's commands of `csp` for a question.
    fn commands(query: &str) -> Vec<String> {
        let question = Question::of("customers/c", &Query::parse(query));
        let answer = Answer::Decided(Box::default());
        let page = question.commands(Commands::default(), &answer, "host:1").markup().into_string();
        let found = page.split("<code>csp ").skip(1).filter_map(|it| it.split("</code>").next());
        found.map(str::to_owned).collect()
    }

    #[test]
    fn csp_has_the_family_and_a_purpose_other_than_the_default() {
        let asked =
            "--seller partners/s --reseller partners/r --customer customers/c --family azure";
        assert_eq!(
            commands("seller=s&reseller=r&family=AZURE&purpose=NEW_SUBSCRIPTION"),
            [format!("check {asked}"), format!("explain {asked}")]
        );
        let renewal = commands("seller=s&family=MICROSOFT_365&purpose=AUTOMATIC_RENEWAL");
        let options = "--customer customers/c --family microsoft-365 --purpose automatic-renewal";
        assert_eq!(renewal[0], format!("check --seller partners/s {options}"));
    }

    #[test]
    fn csp_has_no_command_for_what_it_cannot_ask() {
        for query in
            ["seller=s", "seller=s&family=AZURE&sent=yes", "seller=s&family=AZURE&partner_id=1"]
        {
            assert_eq!(commands(query), [""; 0], "{query}");
        }
    }
}
