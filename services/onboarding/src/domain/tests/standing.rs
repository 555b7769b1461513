//! Standing of a buyer, derived from its accounts.

use rules::Role::{self, DirectBill, IndirectProvider, IndirectReseller};
use types::{OrganizationName, PartnerName, Timestamp};
use uuid::Uuid;

use super::world::{COMPANY, OTHER, PARTNER, at, enrolled, partner};
use crate::domain::{
    Buyer, BuyerStanding,
    EnrollmentState::{self, Draft, Restricted, Revoked},
    Partner,
};

const SEPARATE: PartnerName = PartnerName::new(Uuid::from_u128(0x9));

fn standing_of(
    tenant: PartnerName,
    accounts: Vec<Partner>,
    now: Timestamp,
) -> (bool, Vec<PartnerName>) {
    let buyer = Buyer { tenant, organization: COMPANY };
    let standing = BuyerStanding::of(buyer, 3, accounts, now);
    assert_eq!(standing.organization_revision, 3);
    (standing.csp_tenant, standing.partners)
}

#[test]
fn a_tenant_is_a_csp_tenant_from_submission_to_revocation() {
    assert_eq!(
        standing_of(PARTNER, vec![partner()], at(9)),
        (false, vec![]),
        "without an enrollment"
    );
    for state in EnrollmentState::ALL {
        let role = if *state == Restricted { DirectBill } else { IndirectReseller };
        let expected = match state {
            Draft | Revoked => (false, vec![]),
            _ => (true, vec![PARTNER]),
        };
        let account = enrolled(&[(role, *state)]);
        assert_eq!(standing_of(PARTNER, vec![account.clone()], at(9)), expected, "{state}");
        // A separate tenant of the company is not its CSP tenant.
        assert_eq!(standing_of(SEPARATE, vec![account], at(9)), (false, expected.1), "{state}");
    }
    let roles: [(Role, EnrollmentState); 2] =
        [(IndirectReseller, Revoked), (IndirectProvider, EnrollmentState::Suspended)];
    assert_eq!(standing_of(PARTNER, vec![enrolled(&roles)], at(9)), (true, vec![PARTNER]));
}

#[test]
fn a_partner_revoked_by_time_or_of_another_company_does_not_count() {
    let restricted = enrolled(&[(DirectBill, Restricted)]);
    let (before, after) = (at(60 * 24 * 3600), at(60 * 24 * 3600 + 1));
    assert_eq!(standing_of(PARTNER, vec![restricted.clone()], before), (true, vec![PARTNER]));
    assert_eq!(standing_of(PARTNER, vec![restricted], after), (false, vec![]));
    let organization = OrganizationName::new(Uuid::from_u128(0xb));
    let active = enrolled(&[(IndirectProvider, EnrollmentState::Active)]);
    let other = Partner { name: OTHER, organization, ..active };
    assert_eq!(standing_of(OTHER, vec![other], at(9)), (true, vec![]));
}
