//! Display names of resources: people know companies by name, not by GUID.

use std::collections::{BTreeMap, BTreeSet};

use contracts::{
    onboarding::{BatchGetOrganizationsRequest, BatchGetPartnersRequest},
    ordering::BatchGetOffersRequest,
    relationship::BatchGetCustomersRequest,
};
use futures_util::future::try_join_all;
use maud::{Markup, html};

use crate::{
    calls::{Calls, known, read},
    format::id_of,
    html,
    problem::Problem,
};

/// Most partners and customers whose names one page looks up. Others are shown by their GUIDs.
const MAX_NAMES: usize = 200;
/// Organizations and offers of one batch: each may be large, and an answer has at most 256 KiB.
const BATCH: usize = 50;
const OFFER_BATCH: usize = 20;
const MAX_OFFERS: usize = 60;

/// The resources whose names a page wants.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    partners: BTreeSet<String>,
    customers: BTreeSet<String>,
    offers: BTreeSet<String>,
}

impl Wanted {
    /// Adds resources by name. Names of other collections, such as `microsoft`, are ignored.
    pub(crate) fn add<'a>(&mut self, names: impl IntoIterator<Item = &'a String>) {
        for name in names {
            let (set, most) = match name.split('/').next() {
                Some("partners") => (&mut self.partners, MAX_NAMES),
                Some("customers") => (&mut self.customers, MAX_NAMES),
                Some("offers") => (&mut self.offers, MAX_OFFERS),
                _ => continue,
            };
            if set.len() < most {
                set.insert(name.clone());
            }
        }
    }
}

/// Display names by resource name.
#[derive(Debug, Default, Clone)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    #[cfg(test)]
    pub(crate) fn of(names: &[(&str, &str)]) -> Self {
        Self(names.iter().map(|(name, shown)| ((*name).to_owned(), (*shown).to_owned())).collect())
    }

    /// Adds a name that the page knows already.
    pub(crate) fn insert(&mut self, name: &str, shown: &str) {
        self.0.insert(name.to_owned(), shown.to_owned());
    }

    /// The display name, or the id if it is unknown.
    pub(crate) fn get<'a>(&'a self, name: &'a str) -> &'a str {
        match (self.0.get(name), name) {
            (Some(shown), _) => shown,
            (None, "microsoft") => "Microsoft",
            (None, name) => id_of(name),
        }
    }

    /// A link to the page of a partner, customer or order, with its id in small print.
    pub(crate) fn link(&self, name: &str) -> Markup {
        html! {
            @if name.is_empty() { (html::text("")) } @else {
                span.named {
                    @if has_page(name) { a href={ "/" (name) } { (self.get(name)) } }
                    @else { span { (self.get(name)) } }
                    @if self.0.contains_key(name) { " " (html::id(id_of(name))) }
                }
            }
        }
    }

    /// A text in which names of partners, customers and orders are links.
    pub(crate) fn prose(&self, text: &str) -> Markup {
        let mut rest = text;
        let mut parts = Vec::new();
        while let Some((before, name, after)) = next_name(rest) {
            parts.push((before, name));
            rest = after;
        }
        html! { @for (before, name) in parts { (before) (self.short_link(name)) } (rest) }
    }

    /// A link without the id.
    pub(crate) fn short_link(&self, name: &str) -> Markup {
        html! {
            @if has_page(name) { a href={ "/" (name) } { (self.get(name)) } }
            @else { (self.get(name)) }
        }
    }
}

/// Length of a GUID with its hyphens.
const GUID: usize = 36;

/// The first resource name in a text that has a page, and what is around it.
fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let starts = ["partners/", "customers/", "orders/"].map(|collection| {
        text.match_indices(collection).find_map(|(at, _)| {
            let end = at + collection.len() + GUID;
            let id = text.get(at + collection.len()..end)?;
            let whole = text.get(end..).is_some_and(|after| !after.starts_with('/'));
            let guid = id.chars().all(|it| it.is_ascii_hexdigit() || it == '-');
            (guid && whole).then_some((at, end))
        })
    });
    let (at, end) = starts.into_iter().flatten().min()?;
    Some((text.get(..at)?, text.get(at..end)?, text.get(end..)?))
}

fn has_page(name: &str) -> bool {
    let collection = name.split('/').next().unwrap_or_default();
    ["partners", "customers", "orders"].contains(&collection) && name.split('/').count() == 2
}

impl Calls {
    /// Looks up display names. A resource that does not exist, or is too large for a batch, stays without
    /// one.
    pub(crate) async fn names(&self, wanted: Wanted) -> Result<Names, Problem> {
        let Wanted { partners, customers, offers } = wanted;
        let (partners, customers, offers) = tokio::try_join!(
            self.partner_names(partners),
            self.customer_names(customers),
            self.offer_names(offers),
        )?;
        Ok(Names([partners, customers, offers].into_iter().flatten().collect()))
    }

    async fn partner_names(
        &self,
        names: BTreeSet<String>,
    ) -> Result<Vec<(String, String)>, Problem> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let request = BatchGetPartnersRequest { names: names.into_iter().collect() };
        let answer = known(read!(self.onboarding.batch_get_partners(request)).await)?;
        let partners = answer.unwrap_or_default().partners;
        let companies = partners.iter().map(|it| it.organization.clone()).collect();
        let companies = self.organization_names(companies).await?;
        let named = partners.into_iter();
        let named =
            named.filter_map(|it| Some((it.name, companies.get(&it.organization)?.clone())));
        Ok(named.collect())
    }

    pub(crate) async fn organization_names(
        &self,
        names: BTreeSet<String>,
    ) -> Result<BTreeMap<String, String>, Problem> {
        let names: Vec<_> = names.into_iter().filter(|it| !it.is_empty()).collect();
        let batches = names.chunks(BATCH).map(async |names| {
            let request = BatchGetOrganizationsRequest { names: names.to_vec() };
            known(read!(self.onboarding.batch_get_organizations(request)).await)
        });
        let answers = try_join_all(batches).await?;
        let organizations = answers.into_iter().flatten().flat_map(|it| it.organizations);
        Ok(organizations.map(|it| (it.name, it.display_name)).collect())
    }

    async fn customer_names(
        &self,
        names: BTreeSet<String>,
    ) -> Result<Vec<(String, String)>, Problem> {
        let names: Vec<_> = names.into_iter().collect();
        let batches = names.chunks(BATCH).map(async |names| {
            let request = BatchGetCustomersRequest { names: names.to_vec() };
            known(read!(self.relationship.batch_get_customers(request)).await)
        });
        let answers = try_join_all(batches).await?;
        let customers = answers.into_iter().flatten().flat_map(|it| it.customers);
        Ok(customers.map(|it| (it.name, it.display_name)).collect())
    }

    async fn offer_names(&self, names: BTreeSet<String>) -> Result<Vec<(String, String)>, Problem> {
        let names: Vec<_> = names.into_iter().collect();
        let batches = names.chunks(OFFER_BATCH).map(async |names| {
            let request = BatchGetOffersRequest { names: names.to_vec() };
            known(read!(self.ordering.batch_get_offers(request)).await)
        });
        let answers = try_join_all(batches).await?;
        let offers = answers.into_iter().flatten().flat_map(|it| it.offers);
        Ok(offers.map(|it| (it.name, it.display_name)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_escaped_and_links_to_its_page() {
        let names = Names::of(&[("partners/1", "<script>alert(1)</script>")]);
        let link = names.link("partners/1").into_string();
        assert!(link.contains("href=\"/partners/1\"") && !link.contains("<script>"), "{link}");
        assert!(names.link("microsoft").into_string().contains("<span>Microsoft</span>"));
        let unknown = names.link("customers/2").into_string();
        assert_eq!(unknown.matches(">2<").count(), 1, "{unknown}");
    }

    #[test]
    fn names_in_a_text_become_links_and_the_rest_stays() {
        let partner = "partners/20000000-0000-4000-8000-000000000001";
        let names = Names::of(&[(partner, "Northwind")]);
        let text = format!("for {partner} as <reseller>: {partner}");
        let link = format!("<a href=\"/{partner}\">Northwind</a>");
        let shown = names.prose(&text).into_string();
        assert_eq!(shown, format!("for {link} as &lt;reseller&gt;: {link}"));
        for text in ["", "partners/1", "größe customers/", &format!("{partner}/agreements/1")] {
            assert_eq!(names.prose(text).into_string(), text, "{text}");
        }
    }

    #[test]
    fn a_page_looks_up_a_limited_number_of_names() {
        let mut wanted = Wanted::default();
        let names: Vec<_> = (0..300).map(|at| format!("partners/{at}")).collect();
        wanted.add(&names);
        wanted.add([&"microsoft".to_owned(), &String::new(), &"offers/a".to_owned()]);
        assert_eq!((wanted.partners.len(), wanted.offers.len()), (MAX_NAMES, 1));
    }
}
