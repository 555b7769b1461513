use comfy_table::{
    Attribute, Cell, Color, ContentArrangement, Table, modifiers::UTF8_ROUND_CORNERS,
    presets::UTF8_FULL,
};
use world::{Answer, Ran, World, file::Test};

/// Width without a terminal.
const WIDTH: u16 = 120;

/// The tests as a table, grouped by scenario.
pub(super) fn print(world: &World, ran: &[Ran<'_>], colour: bool) -> Table {
    let mut table = Table::new();
    table
        .load_preset(UTF8_FULL)
        .apply_modifier(UTF8_ROUND_CORNERS)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(["", "question", "verdict", "sales chain, or reason"]);
    if !colour {
        table.force_no_tty().set_width(WIDTH);
    }
    let mut scenarios = 0;
    for it in ran {
        if let Some(title) = &it.test.scenario {
            scenarios += 1;
            let title = Cell::new(title).add_attribute(Attribute::Bold);
            table.add_row([Cell::new(scenarios).add_attribute(Attribute::Bold), title]);
        }
        let question = it.test.name.as_deref().unwrap_or_default();
        table.add_row([Cell::new(""), Cell::new(question), verdict(it), Cell::new(why(world, it))]);
    }
    table
}

fn verdict(ran: &Ran<'_>) -> Cell {
    match (ran.difference(), &ran.answer) {
        (None, Answer::Allowed) => Cell::new("allowed").fg(Color::Green),
        (None, _) => Cell::new("refused").fg(Color::Yellow),
        (Some(_), Answer::Allowed) => Cell::new("ALLOWED, WRONGLY").fg(Color::Red),
        (Some(_), _) => Cell::new("REFUSED, WRONGLY").fg(Color::Red),
    }
}

fn why(world: &World, ran: &Ran<'_>) -> String {
    match &ran.answer {
        Answer::Allowed => chain(world, ran.test),
        Answer::Refused(reasons) => {
            let lines = reasons.iter().map(|it| format!("{}: {}", it.rule, it.explanation));
            lines.collect::<Vec<_>>().join("\n")
        }
        Answer::Failed(problem) => problem.clone(),
    }
}

/// The sales from Microsoft to the customer.
fn chain(world: &World, test: &Test) -> String {
    let order = test.order.as_ref().map(|it| (&it.seller, &it.reseller, &it.customer));
    let check = test.check.as_ref().map(|it| (&it.seller, &it.reseller, &it.customer));
    let Some((seller, reseller, customer)) = order.or(check) else { return String::new() };
    let mut names = vec!["Microsoft"];
    names.extend([Some(seller), reseller.as_ref()].into_iter().flatten().map(|it| {
        let partner = world.partners.get(it);
        partner.and_then(|it| it.name.as_deref()).unwrap_or(it)
    }));
    let buyer = world.customers.get(customer).and_then(|it| it.name.as_deref());
    names.push(buyer.unwrap_or(customer));
    names.join(" → ")
}
