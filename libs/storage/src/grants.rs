use sea_orm::ConnectionTrait;

use crate::Database;

impl Database {
    /// Lets a role of PostgreSQL serve on the tables of this database, and do nothing else with
    /// them: read and add; change, but for events and migrations; delete from `deletes_from` only.
    /// What else it was allowed before is taken.
    ///
    /// # Errors
    /// In words for the person who runs the migration.
    pub async fn grant_serving_role(
        &self,
        role: &str,
        deletes_from: &[&str],
    ) -> Result<(), String> {
        if self.embedded() {
            return Err("an embedded database has no roles".to_owned());
        }
        // Sent as one, the statements are one transaction: whoever serves meanwhile misses nothing.
        let granted = self.reader().execute_unprepared(&grants(role, deletes_from)).await;
        granted.map(drop).map_err(|error| format!("cannot let `{role}` serve: {error}"))
    }
}

fn grants(role: &str, deletes_from: &[&str]) -> String {
    let role = format!("\"{}\"", role.replace('"', "\"\""));
    let deletes = deletes_from.iter().map(|table| format!("GRANT DELETE ON {table} TO {role};"));
    format!(
        "GRANT USAGE ON SCHEMA public TO {role};
         REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
         GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role};
         REVOKE UPDATE ON events FROM {role};
         REVOKE INSERT, UPDATE ON seaql_migrations FROM {role};
         {}",
        deletes.collect::<String>()
    )
}
