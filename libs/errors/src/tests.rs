use super::*;

#[test]
fn a_resource_is_named_with_the_type_of_its_collection() {
    for (name, kind) in [
        ("partners/1", "csp.onboarding.v1.Partner"),
        ("partners/1/enrollments/direct-bill", "csp.onboarding.v1.Enrollment"),
        ("customers/1/relationships/2", "csp.relationship.v1.CustomerRelationship"),
        ("offers/1", "csp.ordering.v1.Offer"),
    ] {
        assert_eq!(Resource::named(name).kind, kind);
    }
}

#[test]
fn all_violations_of_a_request_are_answered_at_once() {
    let mut fields = Fields::new();
    let number = fields.parse::<u8>("a.number", "x");
    let text = fields.text("a.text", &"é".repeat(3), 2);
    fields.required::<()>("b", None);
    let Err(Failure::Invalid(violations)) = fields.finish(|| Some((number?, text?))) else {
        panic!("it is not invalid");
    };
    let paths: Vec<_> = violations.iter().map(|each| each.field.as_str()).collect();
    assert_eq!(paths, ["a.number", "a.text", "b"]);
}

#[test]
fn a_path_of_a_mask_that_cannot_be_used_is_answered_with_what_can() {
    let problem = |paths: &[&str]| {
        let mut fields = Fields::new();
        let paths: Vec<_> = paths.iter().map(ToString::to_string).collect();
        let read = fields.mask(Some(&paths), &["display_name", "country_code"]).map(<[_]>::len);
        match fields.finish(|| read) {
            Err(Failure::Invalid(violations)) => {
                format!("{} {}", violations[0].field, violations[0].description)
            }
            other => format!("{other:?}"),
        }
    };
    for (paths, said) in [
        (&["display_name", "country_code"][..], "Ok(2)"),
        (&[], "update_mask is required; use display_name or country_code"),
        (
            &["country_code", "displayName"],
            "update_mask has `displayName` in camelCase; write display_name",
        ),
        (
            &["etag"],
            "update_mask has `etag`, which is not a field that can change; use display_name or \
             country_code",
        ),
        (&["country_code", "country_code"], "update_mask names `country_code` twice"),
        (&["etag"; 3], "update_mask has 3 paths, but 2 fields can change"),
    ] {
        assert_eq!(problem(paths), said);
    }
}
