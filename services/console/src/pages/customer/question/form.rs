//! The form of a question, and its answer as a part of the page.

use maud::{Markup, html};

use super::{Answer, Question, SENT, partner};
use crate::{
    chain::Chain,
    decision,
    enums::{self, FAMILIES, PURPOSES},
    format::id_of,
    html::badge,
    names::Names,
    problem::Problem,
};

impl Question {
    pub(in crate::pages::customer) fn section(
        &self,
        answer: &Answer,
        chains: &[Chain],
        names: &Names,
        path: &str,
    ) -> Markup {
        let sellers = distinct(chains.iter().map(|chain| &chain.seller));
        let resellers = distinct(chains.iter().map(|chain| &chain.reseller));
        html! {
            section.unasked[matches!(answer, Answer::NotAsked)] #question {
                h2 { "May X sell this?" }
                form.question method="get" action={ (path) "#question" } {
                    (self.partner_field("seller", "Seller", &self.seller, &sellers, names))
                    (self.partner_field("reseller", "Reseller", &self.reseller, &resellers, names))
                    div.field {
                        label for="purpose" { "Purpose" }
                        select #purpose name="purpose" {
                            @for purpose in PURPOSES {
                                @let value = purpose.as_str_name().trim_start_matches("PURPOSE_");
                                option value=(value) selected[value == self.purpose] { (enums::purpose(purpose)) }
                            }
                        }
                    }
                    div.field {
                        label for="family" { "Product family" }
                        select #family name="family" {
                            option value="" { "no line" }
                            @for family in FAMILIES {
                                @let value = family.as_str_name().trim_start_matches("PRODUCT_FAMILY_");
                                option value=(value) selected[value == self.family] { (enums::family(family)) }
                            }
                        }
                    }
                    div.field {
                        label for="partner_id" { "PartnerID on record" }
                        input #partner_id name="partner_id" value=(self.partner_id) inputmode="numeric"
                            maxlength="10" autocomplete="off" placeholder="of the reseller";
                        @if !self.reseller_partner_id.is_empty() {
                            small { "used: " code { (self.reseller_partner_id) } ", of the reseller" }
                        }
                    }
                    input type="hidden" name=(SENT) value="yes";
                    div.field.check {
                        input #attested type="checkbox" name="attested" value="yes" checked[self.attested];
                        label for="attested" { "The seller attests its role" }
                    }
                    button type="submit" { "Check" }
                }
                (shown(answer, names))
            }
        }
    }

    fn partner_field(
        &self,
        name: &str,
        label: &str,
        value: &str,
        known: &[&str],
        names: &Names,
    ) -> Markup {
        html! {
            div.field.wide {
                label for=(name) { (label) }
                input id=(name) name=(name) value=(value) list={ (name) "s" } maxlength="60"
                    autocomplete="off" placeholder="Tenant of the partner";
                datalist id={ (name) "s" } {
                    @for partner in known { option value=(id_of(partner)) { (names.get(partner)) } }
                }
                @if !value.is_empty() { small { (names.get(&partner(value))) } }
            }
        }
    }
}

fn shown(answer: &Answer, names: &Names) -> Markup {
    html! {
        @match answer {
            Answer::NotAsked => {}
            Answer::Wrong(problem) => div.answer.refused role="status" {
                @match problem {
                    Problem::Invalid(values) => ul.plain { @for value in values { li { (value) } } },
                    Problem::Missing(what) => p { code { (what) } " does not exist." },
                    _ => p { "The question has no answer." },
                }
            },
            Answer::Decided(it) => {
                @let (tone, verdict) = enums::verdict(it.verdict());
                div.answer role="status" {
                    p.verdict { (badge(tone, verdict)) }
                    (decision::legs(&it.legs, names))
                    (decision::open_rules(it, names))
                    details {
                        summary { "All rules with the facts they looked at" }
                        (decision::all_rules(it, names))
                    }
                }
            }
        }
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for name in names.filter(|it| !it.is_empty()) {
        if !found.contains(&name.as_str()) {
            found.push(name);
        }
    }
    found
}
