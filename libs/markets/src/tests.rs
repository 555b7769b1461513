use std::collections::BTreeMap;

use super::*;

fn region(code: &str) -> Region {
    code.parse::<Country>().unwrap().region()
}

#[test]
fn pairs_of_countries_are_in_one_region_or_two() {
    let together = "FR-DE CH-GB IS-MT DK-GL DK-FO TR-EG ZA-AE MN-RS US-UM AU-GU NZ-AS CA-PM MX-AR \
                    HK-SG HK-MO RS-XK";
    let apart = "ZA-KE EG-NG MA-SN US-PR US-VI US-GU US-MP US-AS AU-NZ BR-AR MX-BR HK-TW HK-CN \
                 SG-IN JP-KR FR-PF FR-NC FR-RE FR-GP GB-US";
    for (pairs, same) in [(together, true), (apart, false)] {
        for pair in pairs.split_whitespace() {
            let (one, other) = pair.split_once('-').unwrap();
            assert_eq!(region(one) == region(other), same, "{pair}");
        }
    }
}

#[test]
fn countries_outside_the_table_are_refused() {
    for code in ["IR", "CU", "KP", "SY", "SD", "EH", "QQ", "fr", "FRA", "", "F"] {
        assert!(code.parse::<Country>().is_err(), "{code}");
        assert!(code.parse::<Region>().is_err(), "{code}");
    }
}

#[test]
fn another_code_or_a_name_is_answered_with_the_iso_code() {
    for (text, meant) in [
        ("UK", Some("GB")),
        ("uk", Some("GB")),
        ("EL", Some("GR")),
        ("nl", Some("NL")),
        (" be", Some("BE")),
        ("Germany", Some("DE")),
        ("QQ", None),
        ("", None),
    ] {
        let problem = text.parse::<Country>().unwrap_err();
        let suggested = problem.split_once("; did you mean ").map(|(_, country)| country);
        assert_eq!(suggested, meant, "{problem}");
    }
}

#[test]
fn the_table_has_sixteen_regions_of_known_size() {
    let mut sizes = BTreeMap::<_, usize>::new();
    for country in Country::all() {
        *sizes.entry(country.region().to_string()).or_default() += 1;
        assert_eq!(country.code().parse::<Country>().unwrap(), country);
        assert!(country.currency().to_string().parse::<Currency>().is_ok());
        assert_eq!(country.region().to_string().parse(), Ok(country.region()));
    }
    let sizes: Vec<_> = sizes.iter().map(|(region, size)| format!("{region} {size}")).collect();
    assert_eq!(
        sizes.join(", "),
        "africa 47, asia-pacific 18, australia 23, brazil 1, canada 2, china 1, europe 45, \
         india 1, japan 1, korea 1, latam-caribbean 51, mecee 45, new-zealand 4, russia 1, \
         taiwan 1, united-states 2"
    );
}

#[test]
fn special_countries_are_in_the_table() {
    let codes_of = |which: fn(Country) -> bool| {
        let codes: Vec<_> = Country::all().filter(|it| which(*it)).map(Country::code).collect();
        codes.join(" ")
    };
    assert_eq!(
        codes_of(Country::needs_registration_number),
        "AE AM AZ BR BY HU IN IQ KG KZ MD MM PL RU SA SS TH TJ TR UA UZ VE VN ZA"
    );
    assert_eq!(
        codes_of(Country::in_eu_or_efta),
        "AT BE BG CH CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE \
         SI SK"
    );
    assert_eq!(codes_of(|it| !it.has_customer_agreement()), "CN");
    assert_eq!(codes_of(|it| it.sales_stop().is_some()), "BY RU");
    let since = "RU".parse::<Country>().unwrap().sales_stop().unwrap();
    assert_eq!(since.to_string(), "2022-03-01T00:00:00Z");
}
