use super::*;

const GUID: &str = "10000000-0000-4000-8000-000000000001";

fn names(kind: Kind, text: &str) -> Vec<String> {
    let shown = |it: Attempt| match it {
        Attempt::Name { by, name } => format!("{by} {name}"),
        Attempt::PartnerId(id) => format!("PartnerID {id}"),
        Attempt::DisplayName(name) => format!("display name {name}"),
    };
    attempts(kind, text).into_iter().map(shown).collect()
}

#[test]
fn a_text_is_a_name_a_guid_an_alias_a_partner_id_or_a_display_name() {
    let alias = |text| format!("alias {}", world::alias::partner(text));
    let called = |text: &str| format!("display name {text}");
    let name = format!("partners/{GUID}");
    for (text, expected) in [
        (name.as_str(), vec![format!("name {name}")]),
        (GUID, vec![format!("GUID {name}")]),
        ("northwind", vec![alias("northwind"), called("northwind")]),
        ("partner/northwind", vec![format!("name {}", world::alias::partner("northwind"))]),
        ("4847302", vec!["PartnerID 4847302".to_owned(), alias("4847302"), called("4847302")]),
        ("123", vec![alias("123"), called("123")]),
        ("customers/northwind", vec![]),
        ("Northwind A/S", vec![called("Northwind A/S")]),
        ("North*", vec![called("North*")]),
        ("N*rth", vec![]),
        ("*", vec![]),
        ("\"", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(names(Kind::Partners, text), expected, "{text}");
    }
    let customer = world::alias::customer("4847302");
    let expected = [format!("alias {customer}"), called("4847302")];
    assert_eq!(names(Kind::Customers, "4847302"), expected, "a customer has no PartnerID");
    assert_eq!(names(Kind::Offers, "m365"), ["alias offers/m365"]);
    assert_eq!(names(Kind::Orders, "northwind"), [""; 0], "orders have no aliases");
    assert_eq!(names(Kind::Orders, GUID), [format!("GUID orders/{GUID}")]);
}

#[test]
fn a_filter_may_name_resources_by_alias() {
    let partner = world::alias::partner("northwind");
    for (text, expected) in [
        ("partner = partners/northwind", format!("partner = {partner}")),
        ("partner=partners/northwind AND state = X", format!("partner={partner} AND state = X")),
        ("display_name = \"a/b\"", "display_name = \"a/b\"".to_owned()),
        ("offer = offers/m365", "offer = offers/m365".to_owned()),
    ] {
        assert_eq!(filter(text), expected);
    }
}

#[test]
fn a_nested_name_may_have_the_alias_of_its_parent() {
    let partner = world::alias::partner("northwind");
    let expected = format!("name {partner}/enrollments/direct-bill");
    for text in
        ["partners/northwind/enrollments/direct-bill", "partner/northwind/enrollment/direct-bill"]
    {
        assert_eq!(names(Kind::Enrollments, text), [expected.as_str()], "{text}");
    }
    let customer = world::alias::customer("litware");
    let text = format!("customers/litware/relationships/{GUID}");
    assert_eq!(Kind::of(&text), Some(Kind::Relationships));
    assert_eq!(
        names(Kind::Relationships, &text),
        [format!("name {customer}/relationships/{GUID}")]
    );
    assert_eq!(Kind::of("partners/northwind/relationships"), None);
}
