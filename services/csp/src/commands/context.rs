use std::path::PathBuf;

use clap::Subcommand;

use crate::{
    api,
    config::{Config, Context},
    error::Error,
    session::{Exit, Session},
    settings::Global,
    table::table,
};

/// Options of the addresses, in the order of `Global::typed`.
const OPTIONS: [&str; 3] = ["--onboarding", "--relationship", "--ordering"];

/// Show, choose or change the contexts of the configuration file
///
/// A context has the addresses of one cluster. The option of an address comes first, then the context of
/// --context, then the environment variable, then the current context; without any of them, the services are
/// at 127.0.0.1, ports 50051 to 50053.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  csp context set staging --onboarding staging.example.com:50051 \
                  --relationship staging.example.com:50052 --ordering staging.example.com:50053\n  \
                  csp context use staging"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the contexts; `*` marks the current one
    #[command(after_help = "Example:\n  csp context list")]
    List,
    /// Make a context the current one
    #[command(after_help = "Example:\n  csp context use staging")]
    Use {
        /// The context
        name: String,
    },
    /// Create a context, or change its addresses to those of --onboarding, --relationship and --ordering
    ///
    /// A new context needs all three; later, an address that is not given keeps its value. Environment variables
    /// do not count. The first context becomes the current one.
    #[command(
        after_help = "Example:\n  csp context set staging --ordering staging.example.com:50053"
    )]
    Set {
        /// The context
        name: String,
    },
}

impl Args {
    pub(crate) fn run(self, session: &Session) -> Result<Exit, Error> {
        let path = file(&session.global)?;
        let mut config = Config::read(&path)?;
        match self.action {
            Action::List => list(session, &config)?,
            Action::Use { name } => {
                config.context(&name)?;
                config.current = Some(name);
                config.write(&path)?;
            }
            Action::Set { name } => {
                set(&mut config, name, &session.global)?;
                config.write(&path)?;
            }
        }
        Ok(Exit::Success)
    }
}

fn file(global: &Global) -> Result<PathBuf, Error> {
    global.config().ok_or_else(|| {
        Error::Text("there is no home folder for a configuration file; set CSP_CONFIG".to_owned())
    })
}

fn set(config: &mut Config, name: String, global: &Global) -> Result<(), Error> {
    for address in global.typed.iter().flatten() {
        api::url(address)?;
    }
    let missing = OPTIONS.iter().zip(&global.typed).filter(|(_, it)| it.is_none());
    let missing: Vec<_> = missing.map(|(option, _)| *option).collect();
    let known = config.contexts.contains_key(&name);
    if missing.len() == OPTIONS.len() || (!known && !missing.is_empty()) {
        let (name, missing) = (types::quoted(&name), missing.join(", "));
        return Err(Error::Text(match known {
            true => format!("no address is given for the context {name}; add one of {missing}"),
            false => format!("the new context {name} needs three addresses; add {missing}"),
        }));
    }
    let [onboarding, relationship, ordering] = global.typed.clone();
    let context: &mut Context = config.contexts.entry(name.clone()).or_default();
    context.onboarding = onboarding.or(context.onboarding.take());
    context.relationship = relationship.or(context.relationship.take());
    context.ordering = ordering.or(context.ordering.take());
    config.current.get_or_insert(name);
    Ok(())
}

fn list(session: &Session, config: &Config) -> Result<(), Error> {
    let out = &session.out;
    let shown = |address: &Option<String>| address.clone().unwrap_or_else(|| "default".to_owned());
    let rows = config.contexts.iter().map(|(name, it)| {
        let mark = if config.current.as_ref() == Some(name) { "*" } else { "" };
        let addresses = [&it.onboarding, &it.relationship, &it.ordering].map(shown);
        [mark.to_owned(), name.clone()].into_iter().chain(addresses).collect()
    });
    let titles = ["CURRENT", "NAME", "ONBOARDING", "RELATIONSHIP", "ORDERING"];
    out.show(config, || table(out, &titles, rows.collect()))
}
