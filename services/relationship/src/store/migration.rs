use storage::{EventsTable, MigrationTrait, MigratorTrait, Step};

/// Schema migrations of relationship.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let initial = Step {
            name: "relationship_0001_initial",
            sql: include_str!("migration/0001_initial.sql"),
        };
        vec![Box::new(EventsTable), Box::new(initial)]
    }
}
