//! The help of all commands as one Markdown page.

use std::fmt::Write;

use clap::{Arg, Command, CommandFactory};

use crate::Arguments;

const HEADER: &str = "\
# csp, the command line

A caller of the three services like any other: it uses public methods only. Written from the program's help by
`GOLDEN=write cargo test -p csp golden`.
";

/// The page.
#[must_use]
pub fn markdown() -> String {
    let mut program = Arguments::command();
    program.build();
    let mut page = HEADER.to_owned();
    describe(&program, true, &mut page);
    page
}

fn describe(command: &Command, is_program: bool, page: &mut String) {
    // Writing to a String does not fail.
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let _ = write!(page, "\n## {name}\n");
    if let Some(about) = command.get_long_about().or_else(|| command.get_about()) {
        let _ = write!(page, "\n{about}\n");
    }
    let usage = command.clone().render_usage().to_string();
    let _ = write!(page, "\n    {}\n", usage.trim_start_matches("Usage: "));
    // The options of every command are listed once, at the program.
    let listed = |it: &&Arg| it.get_id() != "help" && (is_program || !it.is_global_set());
    let arguments: Vec<_> = command.get_arguments().filter(listed).collect();
    if !arguments.is_empty() {
        let _ = write!(page, "\n| option | meaning |\n|---|---|\n");
        arguments.iter().for_each(|it| row(it, page));
    }
    if let Some(example) = command.get_after_help() {
        let example = example.to_string();
        let (title, lines) = example.split_once('\n').unwrap_or(("Example:", &example));
        let _ = write!(page, "\n{title}\n\n");
        for line in lines.lines() {
            let _ = writeln!(page, "    {}", line.trim_start());
        }
    }
    for subcommand in command.get_subcommands().filter(|it| it.get_name() != "help") {
        describe(subcommand, false, page);
    }
}

/// An option in a table: how it is written, what it means, its values, default and variable.
fn row(argument: &Arg, page: &mut String) {
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let mut notes = vec![help.replace('|', "\\|")];
    let quoted = |it: &str| format!("`{it}`");
    let values: Vec<_> = argument.get_possible_values();
    if argument.get_action().takes_values() && !values.is_empty() {
        let values: Vec<_> = values.iter().map(|it| quoted(it.get_name())).collect();
        notes.push(format!("values: {}", values.join(", ")));
    }
    let defaults: Vec<_> =
        argument.get_default_values().iter().map(|it| it.to_string_lossy()).collect();
    if argument.get_action().takes_values()
        && !defaults.is_empty()
        && !argument.is_hide_default_value_set()
    {
        notes.push(format!("default: {}", quoted(&defaults.join(" "))));
    }
    if let Some(variable) = argument.get_env() {
        notes.push(format!("environment: {}", quoted(&variable.to_string_lossy())));
    }
    let short = argument.get_short().map(|it| format!("-{it}, ")).unwrap_or_default();
    let _ = writeln!(page, "| `{short}{argument}` | {} |", notes.join("; "));
}
