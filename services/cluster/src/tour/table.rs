use comfy_table::{
    Attribute, Cell, Color, ContentArrangement, Table, modifiers::UTF8_ROUND_CORNERS,
    presets::UTF8_FULL,
};

use super::{Question, Scenario};

/// Width without a terminal.
const WIDTH: u16 = 120;

/// The scenarios as a table.
pub(super) fn print(scenarios: &[Scenario], colour: bool) -> Table {
    let mut table = Table::new();
    table
        .load_preset(UTF8_FULL)
        .apply_modifier(UTF8_ROUND_CORNERS)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(["", "question", "verdict", "sales chain, or reason"]);
    if !colour {
        table.force_no_tty().set_width(WIDTH);
    }
    for (number, scenario) in (1..).zip(scenarios) {
        let title = Cell::new(scenario.title).add_attribute(Attribute::Bold);
        table.add_row([Cell::new(number).add_attribute(Attribute::Bold), title]);
        for question in &scenario.questions {
            table.add_row([
                Cell::new(""),
                Cell::new(&question.text),
                verdict(question),
                Cell::new(question.reasons.join("\n")),
            ]);
        }
    }
    table
}

fn verdict(question: &Question) -> Cell {
    match (question.as_expected, question.allowed) {
        (true, true) => Cell::new("allowed").fg(Color::Green),
        (true, false) => Cell::new("refused").fg(Color::Yellow),
        (false, true) => Cell::new("ALLOWED, WRONGLY").fg(Color::Red),
        (false, false) => Cell::new("REFUSED, WRONGLY").fg(Color::Red),
    }
}
