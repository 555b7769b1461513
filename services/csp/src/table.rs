use comfy_table::{ContentArrangement, Table, presets::NOTHING};

use crate::output::Output;

/// Rows below a header of capitals, without borders, as kubectl prints them. Wrapped on a terminal only,
/// so that a program reads one line for each row.
pub(crate) fn table(out: &Output, header: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header(header.iter().copied()).add_rows(rows);
    if out.wraps() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    } else {
        table.force_no_tty().set_content_arrangement(ContentArrangement::Disabled);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines: Vec<_> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}
