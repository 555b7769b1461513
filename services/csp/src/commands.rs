//! One file for each command: its options, and what it does.

mod accept_mpa;
mod apply;
mod check;
mod completions;
mod context;
mod explain;
mod get;
mod list;
mod order;
mod paths;
mod reconcile;
mod rules;
mod test;
mod tour;

use clap::Subcommand;

use crate::{
    error::Error,
    session::{Exit, Session},
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(check::Args),
    Explain(explain::Args),
    Order(order::Args),
    Paths(paths::Args),
    AcceptMpa(accept_mpa::Args),
    Apply(apply::Args),
    Test(test::Args),
    Get(get::Args),
    List(list::Args),
    Rules(rules::Args),
    Reconcile(reconcile::Args),
    Tour(tour::Args),
    Context(context::Args),
    Completions(completions::Args),
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        match self {
            Self::Check(it) => it.run(session).await,
            Self::Explain(it) => it.run(session).await,
            Self::Order(it) => it.run(session).await,
            Self::Paths(it) => it.run(session).await,
            Self::AcceptMpa(it) => it.run(session).await,
            Self::Apply(it) => it.run(session).await,
            Self::Test(it) => it.run(session).await,
            Self::Get(it) => it.run(session).await,
            Self::List(it) => it.run(session).await,
            Self::Reconcile(it) => it.run(session).await,
            Self::Rules(it) => it.run(session).await,
            Self::Tour(it) => it.run(session).await,
            Self::Context(it) => it.run(session),
            Self::Completions(it) => it.run(session),
        }
    }
}
