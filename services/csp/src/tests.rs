use clap::{Command, CommandFactory};

use crate::{Arguments, reference};

#[test]
fn the_reference_is_golden() {
    testbed::golden("../../docs/cli.md", &reference::markdown());
}

#[test]
fn the_options_are_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn every_command_has_an_example_of_itself() {
    fn check(command: &Command) {
        let name = command.get_bin_name().unwrap_or_default().to_owned();
        let example = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(example.contains(&format!("  {name}")), "{name}: {example}");
        command.get_subcommands().filter(|it| it.get_name() != "help").for_each(check);
    }
    let mut program = Arguments::command();
    program.build();
    check(&program);
}
