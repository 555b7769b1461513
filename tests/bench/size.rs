//! The size of a database on the disk.

use sea_orm::{DatabaseBackend, DatabaseConnection};

use crate::rows;

const TABLES: &str = "SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c \
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r'";
const PAGES: &str = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";

/// Bytes of all tables and indexes.
#[derive(Debug)]
pub struct Size(u64);

impl Size {
    /// The size now.
    pub async fn of(database: &DatabaseConnection) -> Self {
        Self(match database.get_database_backend() {
            DatabaseBackend::Postgres => rows::number(database, TABLES).await,
            _ => {
                rows::execute(database, "PRAGMA wal_checkpoint(TRUNCATE)").await;
                rows::number(database, PAGES).await
            }
        })
    }

    /// Bytes that were added since.
    pub async fn growth(&self, database: &DatabaseConnection) -> u64 {
        Self::of(database).await.0.saturating_sub(self.0)
    }
}
