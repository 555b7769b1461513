//! Company and display names, to show next to resource names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{api::Api, error::Error, output::Output, value};

/// Collections whose resources have a company or display name.
const COLLECTIONS: [&str; 3] = ["customers/", "organizations/", "partners/"];
/// Names in one call. A response has at most 256 KiB, and an organization may have many owners.
const BATCH: usize = 50;
const GUID: usize = 36;

/// Company and display names by resource name.
#[derive(Debug, Default)]
pub(crate) struct Labels(BTreeMap<String, String>);

impl Labels {
    /// Those of all resources that a response names. None if the output is not for people. A name whose
    /// label cannot be read has none: no answer is lost for its labels.
    pub(crate) async fn read(api: &Api, out: &Output, response: &Value) -> Self {
        let mut labels = Self::default();
        if out.is_text() {
            let _ = labels.add_all(api, response).await;
        }
        labels
    }

    async fn add_all(&mut self, api: &Api, response: &Value) -> Result<(), Error> {
        let response = response.to_string();
        let names: BTreeSet<_> = references(&response).into_iter().map(|(_, it)| it).collect();
        let names = |collection| names.iter().copied().filter(move |it| it.starts_with(collection));
        self.add(api, "BatchGetCustomers", "customers", names("customers/").collect()).await?;
        let mut companies: BTreeSet<String> = names("organizations/").map(str::to_owned).collect();
        let partners: Vec<_> = names("partners/").collect();
        let mut company_of = Vec::new();
        for partner in batch(api, "BatchGetPartners", "partners", &partners).await? {
            let organization = value::text(&partner, "/organization").to_owned();
            companies.insert(organization.clone());
            company_of.push((value::text(&partner, "/name").to_owned(), organization));
        }
        let companies = companies.iter().map(String::as_str).collect();
        self.add(api, "BatchGetOrganizations", "organizations", companies).await?;
        for (partner, company) in company_of {
            let label = self.0.get(&company).cloned();
            self.0.extend(label.map(|label| (partner, label)));
        }
        Ok(())
    }

    async fn add(
        &mut self,
        api: &Api,
        method: &'static str,
        field: &str,
        names: Vec<&str>,
    ) -> Result<(), Error> {
        let found = batch(api, method, field, &names).await?;
        let text = |it: &Value, path| value::text(it, path).to_owned();
        self.0.extend(found.iter().map(|it| (text(it, "/name"), text(it, "/displayName"))));
        Ok(())
    }

    /// The company or display name of a resource, or its name if it has neither.
    pub(crate) fn short<'a>(&'a self, name: &'a str) -> &'a str {
        match name {
            "microsoft" => "Microsoft",
            name => self.0.get(name).map_or(name, String::as_str),
        }
    }

    /// A text with the company or display name before each resource name.
    pub(crate) fn annotate(&self, text: &str) -> String {
        let (mut annotated, mut done) = (String::new(), 0);
        for (at, name) in references(text) {
            let end = at + name.len();
            let label = self.0.get(name).filter(|_| !text[end..].starts_with('/'));
            if let Some(label) = label {
                annotated += &text[done..at];
                annotated += &format!("{label} ({name})");
                done = end;
            }
        }
        annotated + &text[done..]
    }
}

/// Gets resources, some in each call.
async fn batch(
    api: &Api,
    method: &'static str,
    field: &str,
    names: &[&str],
) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for names in names.chunks(BATCH) {
        let answer = api.call(method, json!({ "names": names })).await?;
        found.extend(value::list(answer, field));
    }
    Ok(found)
}

/// The names of customers, organizations and partners in a text, with their places.
fn references(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for collection in COLLECTIONS {
        for (at, _) in text.match_indices(collection) {
            let end = at + collection.len() + GUID;
            let Some(name) = text.get(at..end) else { continue };
            let inside = text[..at].ends_with(|it: char| it.is_alphanumeric());
            if !inside && types::tenant_id(&name[collection.len()..]).is_ok() {
                found.push((at, name));
            }
        }
    }
    found.sort_unstable();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "partners/10000000-0000-4000-8000-000000000001";
    const OTHER: &str = "customers/20000000-0000-4000-8000-000000000002";

    fn labels() -> Labels {
        let labels = [(ONE, "Northwind"), (OTHER, "Litware")];
        Labels(labels.map(|(name, label)| (name.to_owned(), label.to_owned())).into())
    }

    #[test]
    fn names_in_a_text_get_their_labels() {
        let text = format!("for {ONE}: ask {OTHER}, not partners/unknown or x{ONE}");
        let expected =
            format!("for Northwind ({ONE}): ask Litware ({OTHER}), not partners/unknown or x{ONE}");
        assert_eq!(labels().annotate(&text), expected);
        let nested = format!("{ONE}/enrollments/direct-bill");
        assert_eq!(labels().annotate(&nested), nested);
    }

    #[test]
    fn a_name_without_a_label_is_shown_itself() {
        assert_eq!(labels().short(ONE), "Northwind");
        assert_eq!(labels().short("microsoft"), "Microsoft");
        assert_eq!(labels().short("offers/a"), "offers/a");
    }
}
