//! How long a decision may be acted on, and which changes can make it wrong.
//!
//! A decision rests on facts that held together at an instant after ordering began to ask. Ordering accepts
//! an order less than [`LONGEST_VALIDITY`] after it began to ask. A change that may take a permission away is
//! acknowledged [`REVOCATION_WAIT`] after its commit. So what relied on the facts before the change was
//! accepted before its acknowledgement.

use std::time::Duration;

/// Longest time for which a decision may be acted on, by any process, counted from before it was asked for.
/// Settings can only shorten it.
pub const LONGEST_VALIDITY: Duration = Duration::from_millis(500);

/// What may pass between the last check of a decision's validity and the moment at which all readers see
/// the order (the flush of the commit), and by how much the clocks of two machines may drift apart meanwhile.
const MARGIN: Duration = Duration::from_millis(250);

/// How long a change that may take a permission away waits between its commit and its acknowledgement.
pub const REVOCATION_WAIT: Duration = LONGEST_VALIDITY.saturating_add(MARGIN);

/// Moves of an enrollment that only grant, as texts of its states: what was allowed before is allowed
/// after. Onboarding acknowledges them at once; the tests of relationship prove that no decision turns from
/// allowed to refused. A draft is submitted by a partner that is in the programme in another role;
/// otherwise its tenant becomes a CSP tenant, which may not be a customer any more.
pub const GRANTING_MOVES: &[(&str, &str)] = &[
    ("draft", "vetting"),
    ("rejected", "vetting"),
    ("vetting", "qualified"),
    ("qualified", "active"),
    ("suspended", "qualified"),
    ("suspended", "active"),
];
