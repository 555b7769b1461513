//! Location accounts and global accounts.

use rules::Denial;
use types::ResourceVersion;

use super::world::{
    COMPANY, OTHER, PARTNER, REVISION, assert_violation, at, changed, location, owner, partner,
    rules_and_reasons, violations,
};
use crate::domain::{Identity, LocationFacts, NewOrganization, Organization, Partner};

const MISMATCH: &str = "ON-3 LOCATION_COUNTRY_MISMATCH";
const GLOBAL: &str = "ON-3 LOCATION_IS_GLOBAL_ACCOUNT";
const ASSOCIATED: &str = "ON-3 LOCATION_ALREADY_ASSOCIATED";

fn free() -> LocationFacts {
    LocationFacts::default()
}

fn global() -> LocationFacts {
    LocationFacts { global_account_of: Some(COMPANY), ..free() }
}

fn taken() -> LocationFacts {
    LocationFacts { location_of: Some(OTHER), ..free() }
}

#[test]
fn a_location_and_its_tenant_are_in_one_country_and_associated_one_to_one() {
    let both = || LocationFacts { location_of: Some(OTHER), ..global() };
    let rows: [(&str, bool, &str, LocationFacts, &[&str]); 8] = [
        ("valid", false, "FR", free(), &[]),
        ("another country of the region", false, "DE", free(), &[MISMATCH]),
        ("a global account", false, "FR", global(), &[GLOBAL]),
        ("the location has a tenant", false, "FR", taken(), &[ASSOCIATED]),
        ("the tenant has a location", true, "FR", free(), &[ASSOCIATED]),
        ("both are associated", true, "FR", taken(), &[ASSOCIATED]),
        (
            "global account and location of another tenant",
            false,
            "FR",
            both(),
            &[GLOBAL, ASSOCIATED],
        ),
        ("all violations", true, "US", both(), &[MISMATCH, GLOBAL, ASSOCIATED]),
    ];
    for (what, has_location, country, facts, expected) in rows {
        let mut partner = partner();
        partner.location = has_location.then(|| location("9999", "FR"));
        let decided = partner.associate_location(location("1001", country), &facts, at(9));
        assert_eq!(rules_and_reasons(&violations(decided)), expected, "{what}");
    }
}

#[test]
fn violations_of_a_location_report_their_inputs() {
    let facts = LocationFacts { location_of: Some(OTHER), ..global() };
    let found = violations(partner().associate_location(location("1001", "DE"), &facts, at(9)));
    let subject = PARTNER.to_string();
    assert_violation(&found[0], &subject, &[("locationCountry", "DE"), ("tenantCountry", "FR")]);
    assert_violation(&found[1], &subject, &[("locationAccountId", "1001")]);
    assert_violation(&found[2], &subject, &[("locationAccountId", "1001")]);
    assert!(found[0].explanation.contains("Germany") && found[0].next_step.contains("France"));
    assert!(found[1].explanation.contains(&COMPANY.to_string()));
    assert!(found[2].explanation.contains(&OTHER.to_string()));
    let mut partner = partner();
    let associated = Partner { location: Some(location("1001", "FR")), ..partner.clone() };
    partner.location = Some(location("9999", "FR"));
    let found = violations(partner.associate_location(location("1001", "FR"), &taken(), at(9)));
    assert!(found[0].explanation.contains("9999"), "the tenant's own location is named first");
    let again = violations(associated.associate_location(
        location("1001", "FR"),
        &LocationFacts { location_of: Some(PARTNER), ..LocationFacts::default() },
        at(9),
    ));
    assert_eq!(again[0].explanation, "the tenant is associated with location 1001");
    assert_eq!(again[0].next_step, "nothing to do");
}

#[test]
fn a_location_is_associated_under_the_next_revision() {
    let approved = partner().associate_location(location("1001", "FR"), &free(), at(9)).unwrap();
    assert_eq!((approved.event(), approved.decided_on()), ("LocationAssociated", Some(REVISION)));
    let location = Some(location("1001", "FR"));
    assert_eq!(
        approved.into_after(),
        Partner { location, resource_version: changed(), ..partner() }
    );
}

#[test]
fn a_global_account_belongs_to_one_company() {
    let new = || NewOrganization {
        display_name: "Contoso".to_owned(),
        country: "FR".parse().unwrap(),
        global_account: Some("4000".parse().unwrap()),
        owners: vec![owner(COMPANY, 1, at(1))],
    };
    let identity = Identity { name: COMPANY, now: at(9) };
    let denied = Organization::create(new(), Some("partners/p".to_owned()), identity);
    assert_eq!(denied.unwrap_err(), Denial::Exists("partners/p".to_owned()));
    let approved = Organization::create(new(), None, identity).unwrap();
    assert_eq!((approved.event(), approved.decided_on()), ("OrganizationCreated", None));
    let NewOrganization { display_name, country, global_account, owners } = new();
    let resource_version = ResourceVersion::first(at(9));
    let expected = Organization {
        name: COMPANY,
        display_name,
        country,
        global_account,
        owners,
        resource_version,
    };
    assert_eq!(approved.into_after(), expected);
}
