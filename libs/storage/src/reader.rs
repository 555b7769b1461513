use std::future::Future;

use sea_orm::{
    ConnectionTrait, DatabaseBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement, sqlx,
};
use sea_orm_migration::async_trait;

use crate::{Database, servers::Pool};

/// Statements outside a transaction, each on the current pool.
#[async_trait::async_trait]
impl ConnectionTrait for Database {
    fn get_database_backend(&self) -> DatabaseBackend {
        if self.embedded() { DatabaseBackend::Sqlite } else { DatabaseBackend::Postgres }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let pool = self.pool();
        answered(&pool, pool.connections.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let pool = self.pool();
        answered(&pool, pool.connections.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let pool = self.pool();
        answered(&pool, pool.connections.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let pool = self.pool();
        answered(&pool, pool.connections.query_all_raw(statement)).await
    }
}

/// Ends the wait for a server that hangs, whose own limits do not apply.
async fn answered<T>(
    pool: &Pool,
    statement: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    let hangs = || DbErr::Query(RuntimeErr::SqlxError(sqlx::Error::PoolTimedOut.into()));
    pool.answer(statement).await.ok_or_else(hangs)?
}
