//! Compares the current rows of resources with their events.

use std::{future::Future, pin::Pin, str::FromStr};

use errors::Failure;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde::de::DeserializeOwned;

use super::Finding;
use crate::{
    Database,
    events::{Column, Entity},
    fault, row,
};

/// Resources of one read.
const PAGE: u64 = 500;
/// Most comparisons of a resource that changes meanwhile.
const ATTEMPTS: usize = 5;

/// Whether the stored resource with a name is the one in the content of an event.
pub type Comparison = Box<
    dyn Fn(String, String) -> Pin<Box<dyn Future<Output = Result<bool, Failure>> + Send>>
        + Send
        + Sync,
>;

/// Whether the resource that `read` returns for a name is the one in the content of an event.
///
/// # Errors
/// Those of `read`.
pub async fn is_recorded<N, T>(
    resource: &str,
    content: &str,
    read: impl AsyncFnOnce(N) -> Result<Option<T>, Failure>,
) -> Result<bool, Failure>
where
    N: FromStr,
    T: DeserializeOwned + PartialEq,
{
    let (Ok(name), Ok(recorded)) = (resource.parse(), row::from_json(content)) else {
        return Ok(false);
    };
    Ok(read(name).await? == Some(recorded))
}

impl Database {
    /// The resources after `last` in the order of their names, at most one page.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn recorded_resources(&self, last: &str) -> Result<Vec<String>, Failure> {
        let names = Entity::find()
            .select_only()
            .column(Column::Resource)
            .distinct()
            .filter(Column::Resource.gt(last))
            .order_by_asc(Column::Resource)
            .limit(PAGE);
        names.into_tuple().all(self.reader()).await.map_err(fault)
    }

    /// Checks that the revisions of a resource are 1 to n without a gap, and that its stored state is that of the
    /// last event, as `compare` finds for its content.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit_resource<F>(
        &self,
        resource: &str,
        compare: impl Fn(String) -> F,
    ) -> Result<Option<Finding>, Failure>
    where
        F: Future<Output = Result<bool, Failure>>,
    {
        let finding = |revision, problem: &str| Finding {
            resource: resource.to_owned(),
            revision: Some(revision),
            ..Finding::new(problem)
        };
        let revisions = Entity::find()
            .select_only()
            .column(Column::Revision)
            .filter(Column::Resource.eq(resource))
            .order_by_asc(Column::Revision);
        let revisions: Vec<i64> = revisions.into_tuple().all(self.reader()).await.map_err(fault)?;
        if let Some((missing, _)) = (1..).zip(&revisions).find(|(at, it)| at != *it) {
            return Ok(Some(finding(missing, "the resource has no event with this revision")));
        }
        let mut compared = 0;
        for _ in 0..ATTEMPTS {
            let event = Entity::find()
                .filter(Column::Resource.eq(resource))
                .order_by_desc(Column::Revision)
                .limit(1);
            let Some(event) = event.one(self.reader()).await.map_err(fault)? else {
                return Ok(None);
            };
            // It may have changed after its event was read.
            if event.revision == compared {
                let problem = "the stored resource is not the one of its last event";
                return Ok(Some(Finding::of(&event, problem)));
            }
            compared = event.revision;
            if compare(event.content).await? {
                return Ok(None);
            }
        }
        Ok(Some(finding(compared, "the resource changes too often to be compared")))
    }

    /// The resources in a table that have no event, at most one page. The table has a column `name`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn unrecorded_resources(&self, table: &str) -> Result<Vec<Finding>, Failure> {
        let query = format!(
            "SELECT name FROM {table} WHERE NOT EXISTS \
                (SELECT 1 FROM events WHERE events.resource = {table}.name) LIMIT {PAGE}"
        );
        let query = Statement::from_string(self.reader().get_database_backend(), query);
        let rows = self.reader().query_all_raw(query).await.map_err(fault)?;
        let name = |row: &sea_orm::QueryResult| {
            let resource = row.try_get_by_index(0).map_err(fault)?;
            Ok(Finding { resource, ..Finding::new("the stored resource has no events") })
        };
        rows.iter().map(name).collect()
    }
}
