use storage::{EventsTable, MigrationTrait, MigratorTrait, PostgresStep, Step};

/// Migrations of ordering's schema.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let initial =
            Step { name: "ordering_0001_initial", sql: include_str!("migration/0001_initial.sql") };
        let commit_by = Step {
            name: "ordering_0002_commit_by",
            sql: include_str!("migration/0002_commit_by.sql"),
        };
        let commit_in_time = PostgresStep(Step {
            name: "ordering_0003_commit_in_time",
            sql: include_str!("migration/0003_commit_in_time.sql"),
        });
        vec![
            Box::new(EventsTable),
            Box::new(initial),
            Box::new(commit_by),
            Box::new(commit_in_time),
        ]
    }
}
