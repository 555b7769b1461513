use sea_orm::ConnectionTrait;

use crate::Database;

impl Database {
    /// Grants a PostgreSQL role what serving needs on the tables of this database, and revokes all
    /// other privileges: SELECT and INSERT (migrations: SELECT only), and UPDATE except on events and their
    /// seals.
    ///
    /// # Errors
    /// As text for the operator.
    pub async fn grant_serving_role(&self, role: &str) -> Result<(), String> {
        if self.embedded() {
            return Err("a SQLite database has no roles; omit the serving role".to_owned());
        }
        // One simple query is one transaction: a running service never lacks a privilege.
        let granted = self.reader().execute_unprepared(&grants(role)).await;
        granted.map(drop).map_err(|error| format!("cannot grant privileges to `{role}`: {error}"))
    }
}

fn grants(role: &str) -> String {
    let role = format!("\"{}\"", role.replace('"', "\"\""));
    format!(
        "GRANT USAGE ON SCHEMA public TO {role};
         REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
         GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {role};
         REVOKE UPDATE ON events, event_seals, checkpoints FROM {role};
         REVOKE INSERT, UPDATE ON seaql_migrations FROM {role};"
    )
}
