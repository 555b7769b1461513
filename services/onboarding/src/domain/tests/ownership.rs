//! Ownership records and the affiliates that they imply.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, prelude::*};
use types::OrganizationName;
use uuid::Uuid;

use super::world::{assert_violation, at, before, owner, rules_and_reasons, violations};
use crate::domain::{End, NewProfile, Organization, Owner, OwnershipGraph};

/// Owner, share in basis points, control of the management, owned.
type Edge = (char, i32, bool, char);

const COMPANIES: [char; 6] = ['A', 'B', 'C', 'D', 'E', 'F'];

fn name(letter: char) -> OrganizationName {
    OrganizationName::new(Uuid::from_u128(u128::from(u32::from(letter))))
}

fn graph(edges: &[Edge]) -> OwnershipGraph {
    let company = |letter: char| {
        let owners = edges.iter().filter(|(_, _, _, owned)| *owned == letter);
        let owners = owners.map(|(owner, share_basis_points, control, _)| Owner {
            organization: name(*owner),
            share_basis_points: *share_basis_points,
            management_control: *control,
            from_time: at(1),
            end: None,
        });
        Organization {
            name: name(letter),
            display_name: letter.to_string(),
            country: "FR".parse().unwrap(),
            global_account: None,
            owners: owners.collect(),
            resource_version: before(),
        }
    };
    OwnershipGraph::new(COMPANIES.map(company), at(9))
}

/// The path between two companies, without their resource names.
fn path(graph: &OwnershipGraph, from: char, to: char) -> Vec<String> {
    let sentences = graph.paths_to(name(to))(name(from)).into_iter();
    let letters = COMPANIES.map(|letter| format!(" ({})", name(letter)));
    let plain = |text: String| letters.iter().fold(text, |text, it| text.replace(it, ""));
    sentences.map(plain).collect()
}

#[test]
fn control_makes_affiliates_regardless_of_the_product_of_the_shares() {
    let rows: [(&str, &[Edge], char, char, &[&str]); 15] = [
        ("strangers", &[('A', 6000, false, 'B')], 'A', 'C', &[]),
        ("a company and itself", &[('A', 6000, false, 'B')], 'A', 'A', &[]),
        ("owner and owned", &[('A', 6000, false, 'B')], 'A', 'B', &["A owns 60 % of B"]),
        ("owned and owner", &[('A', 6000, false, 'B')], 'B', 'A', &["A owns 60 % of B"]),
        ("exactly half", &[('A', 5000, false, 'B')], 'A', 'B', &[]),
        ("more than half", &[('A', 5001, false, 'B')], 'A', 'B', &["A owns 50.01 % of B"]),
        ("all", &[('A', 10_000, false, 'B')], 'A', 'B', &["A owns 100 % of B"]),
        ("control", &[('A', 0, true, 'B')], 'A', 'B', &["A controls the management of B"]),
        (
            "60 % of 60 %",
            &[('A', 6000, false, 'B'), ('B', 6050, false, 'C')],
            'A',
            'C',
            &["A owns 60 % of B", "B owns 60.50 % of C"],
        ),
        (
            "60 % of 60 % upwards",
            &[('A', 6000, false, 'B'), ('B', 0, true, 'C')],
            'C',
            'A',
            &["B controls the management of C", "A owns 60 % of B"],
        ),
        (
            "a common owner",
            &[('A', 6000, false, 'B'), ('A', 7000, false, 'C')],
            'B',
            'C',
            &["A owns 60 % of B", "A owns 70 % of C"],
        ),
        (
            "a common owner of half of one",
            &[('A', 6000, false, 'B'), ('A', 5000, false, 'C')],
            'B',
            'C',
            &[],
        ),
        (
            "owner and manager of one company",
            &[('A', 6000, false, 'C'), ('B', 0, true, 'C')],
            'A',
            'B',
            &[],
        ),
        (
            "a chain with a weak link",
            &[('A', 6000, false, 'B'), ('B', 5000, false, 'C')],
            'A',
            'C',
            &[],
        ),
        (
            "cousins over the nearest of two common owners",
            &[
                ('A', 9000, false, 'B'),
                ('B', 8000, false, 'C'),
                ('B', 7000, false, 'D'),
                ('C', 6000, false, 'E'),
            ],
            'E',
            'D',
            &["C owns 60 % of E", "B owns 80 % of C", "B owns 70 % of D"],
        ),
    ];
    for (what, edges, from, to, expected) in rows {
        assert_eq!(path(&graph(edges), from, to), expected, "{what}");
    }
}

#[test]
fn a_link_names_both_companies_in_full() {
    let link = graph(&[('A', 6000, false, 'B')]).paths_to(name('B'))(name('A'));
    assert_eq!(link, [format!("A ({}) owns 60 % of B ({})", name('A'), name('B'))]);
    let unknown = OrganizationName::new(Uuid::from_u128(0xffff));
    let owner = owner(unknown, 6000, at(1));
    let mut company = graph(&[]).get(name('A')).unwrap().clone();
    company.owners.push(owner);
    let link = OwnershipGraph::new([company], at(9)).paths_to(unknown)(name('A'));
    assert_eq!(link, [format!("{unknown} owns 60 % of A ({})", name('A'))]);
}

#[test]
fn companies_that_own_each_other_do_not_loop_the_search() {
    let ring: Vec<Edge> = vec![
        ('A', 6000, false, 'B'),
        ('B', 6000, false, 'C'),
        ('C', 6000, false, 'A'),
        ('D', 6000, false, 'D'),
        ('D', 6000, false, 'A'),
    ];
    let ring = graph(&ring);
    assert_eq!(path(&ring, 'A', 'B'), ["A owns 60 % of B"]);
    assert_eq!(path(&ring, 'B', 'A'), ["A owns 60 % of B"]);
    assert_eq!(path(&ring, 'D', 'C'), ["D owns 60 % of A", "A owns 60 % of B", "B owns 60 % of C"]);
    assert!(path(&ring, 'A', 'E').is_empty());
    assert!(path(&ring, 'D', 'D').is_empty());
}

#[test]
fn an_ownership_makes_affiliates_from_its_start_until_just_before_its_end() {
    let mut company = graph(&[]).get(name('B')).unwrap().clone();
    let ended = End { time: at(20), reason: "sold".to_owned() };
    company.owners = vec![Owner { end: Some(ended), ..owner(name('A'), 6000, at(10)) }];
    for (now, affiliates) in [(9, false), (10, true), (19, true), (20, false)] {
        let graph = OwnershipGraph::new([company.clone()], at(now));
        assert_eq!(!graph.paths_to(name('B'))(name('A')).is_empty(), affiliates, "at {now}");
    }
}

/// A chain of companies of the maximum size; each is owned by the next one.
fn chain() -> Vec<Organization> {
    let company = |index: usize| OrganizationName::new(Uuid::from_u128(index as u128));
    let template = graph(&[]).get(name('A')).unwrap().clone();
    let owned = |index| Organization {
        name: company(index),
        owners: vec![owner(company(index + 1), 10_000, at(1))],
        ..template.clone()
    };
    (0..OwnershipGraph::MAX_COMPANIES).map(owned).collect()
}

#[test]
fn the_cost_of_many_partners_is_not_quadratic_in_their_owners() {
    let chain = chain();
    let names: Vec<_> = chain.iter().map(|it| it.name).collect();
    let graph = OwnershipGraph::new(chain, at(9));
    let elapsed = || {
        let watch = types::Clock::system().stopwatch();
        let paths = graph.paths_to(names[0]);
        let links: usize = names.iter().step_by(5).map(|it| paths(*it).len()).sum();
        assert!(links < 200 * 25, "{links} links");
        watch.elapsed()
    };
    // One fast run is enough, because other processes use the machine too.
    let is_fast = (0..20).any(|_| elapsed() < std::time::Duration::from_secs(1));
    assert!(is_fast, "each of 20 runs takes a second");
    let path = graph.paths_to(names[0])(names[25]);
    assert_eq!((path.len(), path[20].as_str()), (21, "and 5 more links"));
}

#[test]
fn an_incomplete_graph_treats_companies_as_affiliates() {
    let partial = graph(&[('A', 6000, false, 'B')]).incomplete();
    assert_eq!(path(&partial, 'A', 'B'), ["A owns 60 % of B"]);
    let unknown = path(&partial, 'A', 'C');
    assert!(unknown[0].contains("too many"), "{unknown:?}");
    assert!(path(&partial, 'A', 'A').is_empty());
}

#[test]
fn a_new_ownership_ends_the_current_one_of_the_same_owner() {
    let company = graph(&[('A', 6000, false, 'B')]).get(name('B')).unwrap().clone();
    let approved = company.clone().record_ownership(owner(name('A'), 4000, at(5)), at(9)).unwrap();
    assert_eq!(approved.event(), "OwnershipRecorded");
    let owners = approved.into_after().owners;
    assert_eq!(owners[0].end.as_ref().unwrap().time, at(5));
    assert_eq!(owners[1], owner(name('A'), 4000, at(5)));
    let other = company.record_ownership(owner(name('C'), 4000, at(5)), at(9)).unwrap();
    assert!(other.after().owners.iter().all(|it| it.end.is_none()), "A stays an owner");
}

#[test]
fn ownerships_are_recorded_in_order_of_time_and_up_to_the_whole() {
    let company = || graph(&[('A', 6000, false, 'B')]).get(name('B')).unwrap().clone();
    let ended = |time| End { time: at(time), reason: "sold".to_owned() };
    let sold = company().end_ownership(name('A'), ended(5), at(9)).unwrap();
    assert_eq!(
        (sold.event(), sold.after().owners[0].end.clone()),
        ("OwnershipEnded", Some(ended(5)))
    );
    let sold = sold.into_after();
    let rows: [(&str, bool, Result<_, _>); 8] = [
        ("more of it", true, company().record_ownership(owner(name('C'), 4000, at(2)), at(9))),
        ("more than all", false, company().record_ownership(owner(name('C'), 4001, at(2)), at(9))),
        ("at the same time", false, company().record_ownership(owner(name('A'), 1, at(1)), at(9))),
        ("bought again", true, sold.clone().record_ownership(owner(name('A'), 1, at(5)), at(9))),
        (
            "while it lasted",
            false,
            sold.clone().record_ownership(owner(name('A'), 1, at(4)), at(9)),
        ),
        ("ended before it began", false, company().end_ownership(name('A'), ended(1), at(9))),
        ("no owner", false, company().end_ownership(name('C'), ended(5), at(9))),
        ("ended twice", false, sold.end_ownership(name('A'), ended(6), at(9))),
    ];
    for (what, allowed, decided) in rows {
        let found = violations(decided);
        assert_eq!(found.is_empty(), allowed, "{what}");
        if !allowed {
            assert_eq!(rules_and_reasons(&found), ["STATE OWNERSHIP_CONFLICT"], "{what}");
            let owner = if what.starts_with("more") || what == "no owner" { 'C' } else { 'A' };
            assert_violation(
                &found[0],
                &name('B').to_string(),
                &[("owner", &name(owner).to_string())],
            );
        }
    }
}

/// The controllers of each company, itself included, computed as a transitive closure.
fn controllers_by_closure(edges: &[Edge]) -> BTreeMap<char, BTreeSet<char>> {
    let mut above: BTreeMap<_, _> = COMPANIES.map(|it| (it, BTreeSet::from([it]))).into();
    for _ in COMPANIES {
        for (owner, share, control, owned) in edges {
            if *control || *share > 5000 {
                let inherited = above[owner].clone();
                above.entry(*owned).or_default().extend(inherited);
            }
        }
    }
    above
}

fn edges() -> impl Strategy<Value = Vec<Edge>> {
    let letter = || prop::sample::select(&COMPANIES[..]);
    let share = prop::sample::select(vec![0, 1, 4999, 5000, 5001, 10_000]);
    vec((letter(), share, prop::bool::weighted(0.2), letter()), 0..10)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn companies_are_affiliates_if_they_have_a_common_controller(edges in edges()) {
        let (graph, above) = (graph(&edges), controllers_by_closure(&edges));
        for from in COMPANIES {
            for to in COMPANIES.into_iter().filter(|to| *to != from) {
                let affiliates = above[&from].intersection(&above[&to]).next().is_some();
                prop_assert_eq!(!path(&graph, from, to).is_empty(), affiliates, "{} {}", from, to);
            }
        }
    }

    #[test]
    fn affiliation_is_symmetric_with_equal_distance(edges in edges()) {
        let graph = graph(&edges);
        for from in COMPANIES {
            for to in COMPANIES {
                let (there, back) = (path(&graph, from, to), path(&graph, to, from));
                prop_assert_eq!(there.len(), back.len());
            }
        }
    }

    #[test]
    fn a_path_connects_the_companies_by_existing_links(edges in edges()) {
        let graph = graph(&edges);
        for from in COMPANIES {
            for to in COMPANIES {
                let mut at = from;
                for link in path(&graph, from, to) {
                    let ends = [link.chars().next().unwrap(), link.chars().last().unwrap()];
                    prop_assert!(edges.iter().any(|(owner, share, control, owned)| {
                        ends == [*owner, *owned] && (*control || *share > 5000)
                    }), "{}", link);
                    prop_assert!(ends.contains(&at), "{} from {}", link, at);
                    at = if ends[0] == at { ends[1] } else { ends[0] };
                }
                prop_assert!(at == to || path(&graph, from, to).is_empty());
            }
        }
    }
}

#[test]
fn a_company_has_at_most_200_current_and_former_owners() {
    let mut company = graph(&[]).get(name('A')).unwrap().clone();
    let record = |company: Organization, at_second| {
        company.record_ownership(owner(name('B'), 6000, at(at_second)), at(9))
    };
    for second in 1..=200 {
        company = record(company, second).unwrap().into_after();
    }
    let found = violations(record(company, 201));
    assert_eq!(rules_and_reasons(&found), ["STATE COLLECTION_FULL"]);
    assert_violation(
        &found[0],
        &name('A').to_string(),
        &[("collection", "owners"), ("limit", "200")],
    );
}

#[test]
fn an_equal_legal_profile_changes_nothing() {
    let company = graph(&[]).get(name('A')).unwrap().clone();
    let country = || Some("FR".parse().unwrap());
    for (display_name, country, same) in [
        (None, None, true),
        (Some("A"), None, true),
        (Some("A"), country(), true),
        (Some("Z"), country(), false),
        (None, Some("DE".parse().unwrap()), false),
    ] {
        let new = NewProfile { display_name: display_name.map(str::to_owned), country };
        let approved = company.clone().update(new, at(9));
        assert_eq!(approved.is_no_op(approved.after().resource_version), same);
        assert_eq!(approved.into_after() == company, same);
    }
}
