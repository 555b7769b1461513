use serde_json::{Value, json};

use crate::{
    api::Api,
    error::Error,
    kinds::Kind,
    labels::Labels,
    names, resolve,
    session::{Exit, Session},
    table::table,
    value,
};

/// List resources of a kind
///
/// A filter has comparisons joined by ` AND `, such as `state = ORDER_STATE_ACCEPTED`; the comment of the
/// list's request in proto/ names the fields. It may name resources by alias, as in
/// `partner = partners/northwind`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  csp list partners --filter 'country_code = FR'\n  csp list relationships \
                  --parent litware\n  csp list relationships --filter 'partner = partners/northwind'"
)]
pub(crate) struct Args {
    /// What to list
    #[arg(value_enum)]
    kind: Kind,
    /// Partner of the enrollments or agreements, or customer of the relationships [default: all customers]
    #[arg(long, value_name = "NAME")]
    parent: Option<String>,
    /// Filter
    #[arg(long, default_value = "", hide_default_value = true)]
    filter: String,
    /// `name` or `create_time`, optionally followed by ` desc` [default: name]
    #[arg(long, value_name = "FIELD", default_value = "", hide_default_value = true)]
    order_by: String,
    /// Most resources to list
    #[arg(long, value_name = "COUNT", default_value = "100", value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let (api, out) = (session.api()?, &session.out);
        let (mut found, more) = self.read(&api).await?;
        if !out.is_text() {
            out.show(&found, String::new)?;
        } else if found.is_empty() {
            out.remark(&format!("there are no {}", self.kind.collection()));
        } else {
            let all = Value::Array(std::mem::take(&mut found));
            let labels = Labels::read(&api, out, &all).await;
            let titles = self.kind.titles();
            let titles: Vec<_> = titles.into_iter().filter(|it| !it.is_empty()).collect();
            let row = |it: &Value| {
                let columns = self.kind.columns(it, &labels);
                columns.into_iter().take(titles.len()).collect::<Vec<_>>()
            };
            let rows: Vec<_> = all.as_array().into_iter().flatten().map(row).collect();
            out.text(&table(out, &titles, rows))?;
        }
        if more {
            out.remark(&format!("more exist; list them with a --limit above {}", self.limit));
        }
        Ok(Exit::Success)
    }

    /// The resources up to the limit, and whether there are more.
    async fn read(&self, api: &Api) -> Result<(Vec<Value>, bool), Error> {
        let methods = self.kind.methods();
        let parent = self.parent(api).await?;
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let (mut found, mut token) = (Vec::new(), String::new());
        loop {
            let mut request = json!({});
            if let Some(parent) = &parent {
                request["parent"] = parent.as_str().into();
            }
            if methods.page > 0 {
                let left = self.limit.saturating_sub(found.len().try_into().unwrap_or(u32::MAX));
                request["pageSize"] = left.min(methods.page).into();
                request["pageToken"] = token.into();
                request["filter"] = names::filter(&self.filter).into();
                request["orderBy"] = self.order_by.as_str().into();
            } else if !self.filter.is_empty() || !self.order_by.is_empty() {
                let kind = self.kind.collection();
                return Err(Error::Text(format!(
                    "the list of {kind} has no filter and order; omit --filter and --order-by"
                )));
            }
            let response = api.call(methods.list, request).await?;
            token = value::text(&response, "/nextPageToken").to_owned();
            found.extend(value::list(response, &self.kind.collection()));
            if token.is_empty() || found.len() >= limit {
                let more = !token.is_empty() || found.len() > limit;
                found.truncate(limit);
                return Ok((found, more));
            }
        }
    }

    /// The name of the parent.
    async fn parent(&self, api: &Api) -> Result<Option<String>, Error> {
        let kind = self.kind.collection();
        match (self.kind.methods().parent, &self.parent) {
            (None, None) => Ok(None),
            (Some(parent), Some(name)) => Ok(Some(resolve::one(api, parent, name).await?.name)),
            (None, Some(_)) => {
                Err(Error::Text(format!("{kind} belong to no other resource; omit --parent")))
            }
            (Some(Kind::Customers), None) => Ok(Some("customers/-".to_owned())),
            (Some(parent), None) => {
                let parent = parent.noun();
                Err(Error::Text(format!("{kind} belong to a {parent}; name it with --parent")))
            }
        }
    }
}
