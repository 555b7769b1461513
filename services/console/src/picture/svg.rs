use maud::{Markup, html};

use super::{COLUMNS, HEAD, Line, Picture, Shape, State, WIDTH};
use crate::{
    format::{id_of, shortened},
    names::Names,
};

const HEADINGS: [&str; 4] = ["", "Buys from Microsoft", "Indirect reseller", "Customer"];
/// Most rules shown on a line. The table below the picture has all.
const MAX_LABELS: usize = 3;
const LABEL: (i32, i32) = (56, 18);
const ARROW: i32 = 7;
/// Characters that fit into a box at the size of its text.
const FIT: usize = 27;
const FIT_NARROW: usize = 11;

impl Picture {
    /// As SVG. Its text alternative is `summary`.
    pub(crate) fn svg(&self, names: &Names, summary: &str) -> Markup {
        html! {
            svg.picture role="img" aria-labelledby="picture-title picture-summary"
                viewBox={ "0 0 " (WIDTH) " " (self.height) } width=(WIDTH) height=(self.height) {
                title #picture-title { "Sales chains from Microsoft to the customer" }
                desc #picture-summary { (summary) }
                @for ((x, width), heading) in COLUMNS.iter().zip(HEADINGS) {
                    text.heading x=(x + width / 2) y=(HEAD - 12) text-anchor="middle" { (heading) }
                }
                @for line in &self.lines { (drawn(line)) }
                @for shape in &self.boxes { (company(shape, names)) }
            }
        }
    }

    /// What the lines mean.
    pub(crate) fn legend() -> Markup {
        let meanings = [
            (State::Open, "open: a sale of an open chain"),
            (State::Blocked(vec!["rule".to_owned()]), "blocked by the rules on it"),
            (State::NotJudged, "not judged alone: its chain is blocked at another line"),
        ];
        html! {
            ul.legend {
                @for (state, meaning) in meanings {
                    li {
                        svg.sample aria-hidden="true" viewBox="0 0 104 20" width="104" height="20" {
                            (drawn(&Line { from: 2, to: 104, y: 10, state, direct: false }))
                        }
                        (meaning)
                    }
                }
            }
        }
    }
}

fn company(shape: &Shape, names: &Names) -> Markup {
    let Shape { name, x, y, width, height } = shape;
    let shown = names.get(name);
    let fit = if *width < 100 { FIT_NARROW } else { FIT };
    let (center, middle) = (x + width / 2, y + 25);
    html! {
        g.company {
            title { (shown) }
            rect x=(x) y=(y) width=(width) height=(height) rx="7" {}
            @if name == "microsoft" {
                text.name x=(center) y=(middle + 5) text-anchor="middle" { (shown) }
            } @else {
                text.name x=(center) y=(middle - 2) text-anchor="middle" { (shortened(shown, fit)) }
                text.guid x=(center) y=(middle + 14) text-anchor="middle" { (id_of(name)) }
            }
        }
    }
}

fn drawn(line: &Line) -> Markup {
    let Line { from, to, y, state, direct } = line;
    let (class, rules) = match state {
        State::Open => ("open", &[][..]),
        State::Blocked(rules) => ("blocked", &rules[..]),
        State::NotJudged => ("unjudged", &[][..]),
    };
    let end = to - 2;
    // The label of a direct sale stands where that of a reseller's sale does.
    let label = if *direct { to - 48 } else { (from + to) / 2 };
    html! {
        g class=(class) {
            path.line d={ "M" (from) " " (y) "H" (end - ARROW + 1) } {}
            path.head d={ "M" (end) " " (y) "l-" (ARROW) " -4v8z" } {}
            @if *direct {
                text.note x=(from + 208) y=(y - 7) text-anchor="middle" { "direct, without a reseller" }
            }
            @if *state == State::Open {
                circle cx=(label) cy=(y) r="9" {}
                path.check d={ "M" (label - 4) " " (y) "l3 3l5 -6" } {}
            }
            @let shown = shown(rules);
            @let top = y - i32::try_from(shown.len()).unwrap_or_default() * LABEL.1 / 2;
            @for (at, rule) in (0..).zip(&shown) {
                rect x=(label - LABEL.0 / 2) y=(top + at * LABEL.1) width=(LABEL.0)
                    height=(LABEL.1 - 2) rx="8" {}
                text.rule x=(label) y=(top + at * LABEL.1 + 12) text-anchor="middle" { (rule) }
            }
        }
    }
}

fn shown(rules: &[String]) -> Vec<String> {
    if rules.len() <= MAX_LABELS {
        return rules.to_vec();
    }
    let shown = rules.iter().take(MAX_LABELS - 1).cloned();
    shown.chain([format!("+{}", rules.len() + 1 - MAX_LABELS)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::tests::chain;

    #[test]
    fn names_are_escaped_and_a_blocked_line_has_its_rules() {
        let names = Names::of(&[("partners/r", "</svg><script>alert(1)</script>")]);
        let picture = Picture::of(&[chain("partners/s", "partners/r", &[("MPA-2", "partners/r")])]);
        let svg = picture.svg(&names, "1 chain").into_string();
        assert!(!svg.contains("<script>") && svg.matches("</svg>").count() == 1, "{svg}");
        assert!(svg.contains(">MPA-2</text>") && svg.contains("class=\"blocked\""), "{svg}");
        assert!(!svg.contains("style="), "the policy forbids inline styles");
    }

    #[test]
    fn only_an_open_line_has_a_check_mark() {
        let svg = |chains: &[_]| Picture::of(chains).svg(&Names::default(), "").into_string();
        let blocked = svg(&[chain("partners/s", "partners/r", &[("MPA-2", "partners/r")])]);
        assert_eq!(blocked.matches("class=\"unjudged\"").count(), 2, "{blocked}");
        assert!(!blocked.contains("class=\"check\"") && !blocked.contains("\"open\""), "{blocked}");
        let open = svg(&[chain("partners/s", "partners/r", &[])]);
        assert_eq!(open.matches("class=\"check\"").count(), 3, "{open}");
    }

    #[test]
    fn a_line_shows_at_most_three_labels() {
        let rules = |count: usize| (0..count).map(|at| format!("R-{at}")).collect::<Vec<_>>();
        assert_eq!(shown(&rules(3)), ["R-0", "R-1", "R-2"]);
        assert_eq!(shown(&rules(5)), ["R-0", "R-1", "+3"]);
    }
}
