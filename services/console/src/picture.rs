//! The picture of a customer's sales chains: a row for each chain, so that no lines cross. Microsoft and
//! the customer are bars along all rows; a seller is a box along the rows of its chains.

mod svg;

use std::collections::BTreeSet;

use crate::chain::{Chain, Hop};

const ROW: i32 = 66;
const HEAD: i32 = 30;
const MARGIN: i32 = 8;
/// Left edge and width of each column: Microsoft, seller, reseller, customer.
const COLUMNS: [(i32, i32); 4] = [(1, 96), (193, 224), (513, 224), (833, 206)];
const WIDTH: i32 = 1040;

/// Boxes and lines with their places.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    height: i32,
    boxes: Vec<Shape>,
    lines: Vec<Line>,
}

/// The box of a company.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    name: String,
    x: i32,
    y: i32,
    width: i32,
    height: i32,
}

/// A sale.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    from: i32,
    to: i32,
    y: i32,
    state: State,
    /// Whether it passes the column of resellers.
    direct: bool,
}

/// What a line says about its sale.
#[derive(Debug, PartialEq, Eq)]
enum State {
    /// An open chain has this sale.
    Open,
    /// The rules that block it.
    Blocked(Vec<String>),
    /// No rule of its own blocks it, but every chain with this sale is blocked at another line.
    NotJudged,
}

/// What the line of a chain for a sale says. `open` are the parties of the sales of open chains.
fn state(chain: &Chain, hop: Hop, open: &BTreeSet<(&str, &str)>) -> State {
    let rules = chain.rules_at(hop);
    if !rules.is_empty() {
        return State::Blocked(rules);
    }
    match (chain.is_unexplained(), hop) {
        (true, Hop::Sale) => State::Blocked(vec!["refused".to_owned()]),
        (false, _) if open.contains(&chain.parties(hop)) => State::Open,
        _ => State::NotJudged,
    }
}

impl Picture {
    pub(crate) fn of(chains: &[Chain]) -> Self {
        let hops = [Hop::Purchase, Hop::Supply, Hop::Sale];
        let sales = |chain| hops.map(|hop| Chain::parties(chain, hop));
        let open = chains.iter().filter(|it| it.is_open()).flat_map(sales).collect();
        let groups = by_seller(chains);
        let rows = i32::try_from(chains.len()).unwrap_or(i32::MAX / ROW);
        let mut picture = Self { height: HEAD + rows * ROW, boxes: Vec::new(), lines: Vec::new() };
        picture.put("microsoft", 0, 0, rows);
        if let Some(first) = chains.first() {
            picture.put(&first.customer, 3, 0, rows);
        }
        let mut row = 0;
        for group in groups {
            let Some(first) = group.first() else { continue };
            picture.put(&first.seller, 1, row, i32::try_from(group.len()).unwrap_or_default());
            picture.connect(0, 1, row, state(first, Hop::Purchase, &open));
            for chain in group {
                let sale = state(chain, Hop::Sale, &open);
                if chain.reseller.is_empty() {
                    picture.connect(1, 3, row, sale);
                } else {
                    picture.put(&chain.reseller, 2, row, 1);
                    picture.connect(1, 2, row, state(chain, Hop::Supply, &open));
                    picture.connect(2, 3, row, sale);
                }
                row += 1;
            }
        }
        picture
    }

    fn put(&mut self, name: &str, column: usize, row: i32, rows: i32) {
        let (x, width) = COLUMNS.get(column).copied().unwrap_or_default();
        let (y, height) = (HEAD + row * ROW + MARGIN, rows * ROW - 2 * MARGIN);
        self.boxes.push(Shape { name: name.to_owned(), x, y, width, height });
    }

    fn connect(&mut self, from: usize, to: usize, row: i32, state: State) {
        let (x, width) = COLUMNS.get(from).copied().unwrap_or_default();
        let (end, _) = COLUMNS.get(to).copied().unwrap_or_default();
        let y = HEAD + row * ROW + ROW / 2;
        self.lines.push(Line { from: x + width, to: end, y, state, direct: to - from > 1 });
    }
}

/// Chains with the same seller that may or may not buy for the same reasons, in the order in which they
/// first occur. A seller with two roles may be blocked in one of them. Chains that are refused without a rule
/// share no line with open ones.
fn by_seller(chains: &[Chain]) -> Vec<Vec<&Chain>> {
    let mut groups: Vec<Vec<&Chain>> = Vec::new();
    for chain in chains {
        let same = |group: &&mut Vec<&Chain>| {
            group.first().is_some_and(|first| {
                first.seller == chain.seller
                    && first.is_unexplained() == chain.is_unexplained()
                    && first.rules_at(Hop::Purchase) == chain.rules_at(Hop::Purchase)
            })
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(chain),
            None => groups.push(vec![chain]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use std::slice;

    use contracts::relationship::Verdict;

    use super::*;
    use crate::chain::tests::chain;

    fn states(picture: &Picture) -> Vec<String> {
        let text = |line: &Line| match &line.state {
            State::Open => "open".to_owned(),
            State::Blocked(rules) => rules.join(","),
            State::NotJudged => "not judged".to_owned(),
        };
        picture.lines.iter().map(text).collect()
    }

    fn name(shape: &Shape) -> (&str, i32, i32) {
        (shape.name.as_str(), (shape.y - HEAD) / ROW, (shape.height + 2 * MARGIN) / ROW)
    }

    #[test]
    fn a_seller_has_one_box_along_the_rows_of_its_chains() {
        let chains = [
            chain("partners/a", "partners/r", &[]),
            chain("partners/b", "", &[]),
            chain("partners/a", "partners/q", &[]),
        ];
        let picture = Picture::of(&chains);
        assert_eq!(picture.height, HEAD + 3 * ROW);
        assert_eq!(
            picture.boxes.iter().map(name).collect::<Vec<_>>(),
            [
                ("microsoft", 0, 3),
                ("customers/c", 0, 3),
                ("partners/a", 0, 2),
                ("partners/r", 0, 1),
                ("partners/q", 1, 1),
                ("partners/b", 2, 1),
            ]
        );
        let lines: Vec<_> = picture.lines.iter().map(|it| (it.from, it.to, it.direct)).collect();
        assert_eq!(lines.iter().filter(|it| it.2).collect::<Vec<_>>(), [&(417, 833, true)]);
        assert_eq!(lines.len(), 7);
    }

    #[test]
    fn a_line_has_the_rules_that_block_it() {
        let failed = [("MPA-2", "partners/r"), ("REL-4", "customers/c")];
        let picture = Picture::of(&[chain("partners/a", "partners/r", &failed)]);
        assert_eq!(states(&picture), ["not judged", "MPA-2", "REL-4"]);
    }

    #[test]
    fn a_line_of_a_blocked_chain_is_open_only_if_an_open_chain_has_it() {
        let blocked = chain("partners/a", "partners/r", &[("MPA-2", "partners/r")]);
        let alone = Picture::of(slice::from_ref(&blocked));
        assert_eq!(states(&alone), ["not judged", "MPA-2", "not judged"]);
        let same_seller = [blocked.clone(), chain("partners/a", "", &[])];
        assert_eq!(states(&Picture::of(&same_seller)), ["open", "MPA-2", "not judged", "open"]);
        let same_reseller = [blocked, chain("partners/b", "partners/r", &[])];
        assert_eq!(
            states(&Picture::of(&same_reseller)),
            ["not judged", "MPA-2", "open", "open", "open", "open"]
        );
    }

    #[test]
    fn a_chain_that_is_refused_without_a_rule_has_no_open_line() {
        for verdict in [Verdict::Refused, Verdict::Unspecified] {
            let refused = Chain { verdict, ..chain("partners/a", "partners/r", &[]) };
            let chains = [chain("partners/a", "partners/r", &[]), refused];
            let expected = ["open", "open", "open", "not judged", "not judged", "refused"];
            assert_eq!(states(&Picture::of(&chains)), expected, "{verdict:?}");
        }
    }

    #[test]
    fn a_seller_that_is_blocked_in_one_role_has_a_box_for_each_answer() {
        let picture = Picture::of(&[
            chain("partners/a", "partners/r", &[]),
            chain("partners/a", "", &[("PT-1", "partners/a")]),
        ]);
        assert_eq!(picture.boxes.iter().filter(|it| it.name == "partners/a").count(), 2);
    }

    #[test]
    fn boxes_and_lines_stay_inside_the_picture() {
        let chains: Vec<_> = (0..100)
            .map(|at| chain(&format!("partners/s{}", at % 7), &format!("partners/r{at}"), &[]))
            .collect();
        let picture = Picture::of(&chains);
        for shape in &picture.boxes {
            assert!(shape.x >= 0 && shape.x + shape.width <= WIDTH, "{shape:?}");
            assert!(shape.y >= HEAD && shape.y + shape.height <= picture.height, "{shape:?}");
        }
        assert!(picture.lines.iter().all(|it| it.y < picture.height && it.from < it.to));
        let places: std::collections::BTreeSet<_> =
            picture.boxes.iter().map(|it| (it.x, it.y)).collect();
        assert_eq!(places.len(), picture.boxes.len(), "no box covers another");
    }
}
