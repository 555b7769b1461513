use super::*;

fn found(name: &str, by: &str) -> Found {
    Found { kind: Kind::Partners, name: name.to_owned(), value: Value::Null, by: by.to_owned() }
}

fn message(found: Vec<Found>, tried: &[(Kind, Vec<Attempt>)]) -> String {
    let unknown = || unknown("4847302", "partner", tried);
    let search = Search { found, more: false };
    single("4847302", search, unknown).map_or_else(|error| error.to_string(), |it| it.name)
}

#[test]
fn exactly_one_resource_must_be_found() {
    assert_eq!(message(vec![found("partners/1", "alias")], &[]), "partners/1");
    let both = vec![found("partners/1", "PartnerID"), found("partners/2", "alias")];
    assert_eq!(
        message(both, &[]),
        "`4847302` is ambiguous: partners/1 (PartnerID), partners/2 (alias); use one of these \
         names"
    );
    let tried = [(Kind::Partners, attempts(Kind::Partners, "4847302"))];
    assert_eq!(
        message(Vec::new(), &tried),
        "no partner is called `4847302` (looked for PartnerIDs, aliases and display names); \
         `csp list partners` shows what exists"
    );
    assert_eq!(
        message(Vec::new(), &[]),
        "`4847302` is not the name of a partner; `csp list partners` shows the names"
    );
}

#[test]
fn one_of_perhaps_several_is_ambiguous() {
    let message = |found| {
        let search = Search { found, more: true };
        single("a*", search, String::new).map_or_else(|error| error.to_string(), |it| it.name)
    };
    assert_eq!(
        message(vec![found("partners/1", "display name A")]),
        "`a*` is ambiguous: partners/1 (display name A), perhaps others; use one of these names"
    );
    assert_eq!(
        message(Vec::new()),
        "`a*` is ambiguous: too many display names match; write more of the name"
    );
}

#[test]
fn a_text_that_names_nothing_states_what_was_tried() {
    let tried = GROUPS.concat().into_iter().map(|kind| (kind, attempts(kind, "nosuch")));
    assert_eq!(
        unknown("nosuch", "resource", &tried.collect::<Vec<_>>()),
        "nothing is called `nosuch` (looked for aliases and display names of partners, customers, \
         offers and companies)"
    );
}
