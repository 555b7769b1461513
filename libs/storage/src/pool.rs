//! Metrics of the connection pool.

use std::sync::Arc;

use opentelemetry::KeyValue;
use sea_orm::{DatabaseBackend, DatabaseConnection};

use crate::servers::Servers;

const POOL: &str = "db.client.connection.pool.name";
const STATE: &str = "db.client.connection.state";

/// Reads the pool whenever metrics are collected.
pub(crate) fn measure(servers: &Arc<Servers>, service: &'static str) {
    let meter = metrics::meter();
    let pool = servers.clone();
    meter
        .i64_observable_up_down_counter("db.client.connection.count")
        .with_unit("{connection}")
        .with_description("Connections to the database.")
        .with_callback(move |observer| {
            let (used, idle) = counts(&pool.pool().connections);
            for (state, count) in [("used", used), ("idle", idle)] {
                let attributes = [KeyValue::new(POOL, service), KeyValue::new(STATE, state)];
                observer.observe(count, &attributes);
            }
        })
        .build();
    let pool = servers.clone();
    meter
        .i64_observable_up_down_counter("db.client.connection.max")
        .with_unit("{connection}")
        .with_description("Most connections that the pool may open.")
        .with_callback(move |observer| {
            observer.observe(max(&pool.pool().connections), &[KeyValue::new(POOL, service)])
        })
        .build();
}

/// Connections in use and idle.
fn counts(pool: &DatabaseConnection) -> (i64, i64) {
    let (size, idle) = match pool.get_database_backend() {
        DatabaseBackend::Sqlite => {
            let pool = pool.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        }
        _ => {
            let pool = pool.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        }
    };
    let idle = i64::try_from(idle).unwrap_or(i64::MAX);
    ((i64::from(size) - idle).max(0), idle)
}

fn max(pool: &DatabaseConnection) -> i64 {
    let options = match pool.get_database_backend() {
        DatabaseBackend::Sqlite => {
            pool.get_sqlite_connection_pool().options().get_max_connections()
        }
        _ => pool.get_postgres_connection_pool().options().get_max_connections(),
    };
    i64::from(options)
}
