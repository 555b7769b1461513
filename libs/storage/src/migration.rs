use sea_orm::{ConnectionTrait, DatabaseBackend};
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait};

/// A migration: a name, and SQL for both databases.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Sorts after the names of earlier migrations.
    pub name: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

/// A migration that does nothing on SQLite.
#[derive(Debug, Clone, Copy)]
pub struct PostgresStep(pub Step);

/// The migration that creates the events table, the first of every service.
#[derive(Debug, Clone, Copy)]
pub struct EventsTable;

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.sql).await.map(drop)
    }
}

impl MigrationName for PostgresStep {
    fn name(&self) -> &str {
        self.0.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for PostgresStep {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DatabaseBackend::Postgres => self.0.up(manager).await,
            _ => Ok(()),
        }
    }
}

impl MigrationName for EventsTable {
    fn name(&self) -> &str {
        "events_0001_initial"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for EventsTable {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = crate::events::schema(manager.get_database_backend());
        let schema = schema + crate::sealed::SCHEMA;
        manager.get_connection().execute_unprepared(&schema).await.map(drop)
    }
}
