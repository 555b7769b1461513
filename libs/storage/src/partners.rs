//! Which rows a caller that is bound to partners sees.

use authority::Scope;
use errors::Failure;
use sea_orm::{
    Condition, EntityTrait, ExprTrait,
    sea_query::{Alias, Expr, Query},
};

use crate::page::column;

/// The partners that the rows of a table are about. A bound caller sees the rows about its partners.
#[derive(Debug, Clone, Copy)]
pub enum Partners {
    /// Rows about no partner, which every caller sees.
    None,
    /// The partners in these columns, and those in rows of another table.
    Of {
        /// Columns with the name of a partner.
        columns: &'static [&'static str],
        /// The other table, if there is one.
        related: Option<Related>,
    },
}

/// A table whose rows relate the rows of a list to partners.
#[derive(Debug, Clone, Copy)]
pub struct Related {
    /// Its name.
    pub table: &'static str,
    /// Its column with the name of the listed row.
    pub key: &'static str,
    /// Its column with the name of the partner.
    pub partner: &'static str,
    /// Its column that must not be NULL.
    pub set: &'static str,
}

impl Partners {
    /// The partners in these columns.
    #[must_use]
    pub const fn of(columns: &'static [&'static str]) -> Self {
        Self::Of { columns, related: None }
    }

    /// The condition of the rows that a caller with this scope sees.
    ///
    /// # Errors
    /// [`Failure::Bug`] if the table lacks a column.
    pub fn visible<E: EntityTrait>(&self, scope: &Scope) -> Result<Condition, Failure> {
        let (Self::Of { columns, related }, Some(partners)) = (self, scope.partners()) else {
            return Ok(Condition::all());
        };
        let partners: Vec<_> = partners.iter().map(ToString::to_string).collect();
        let mut any = Condition::any();
        for name in *columns {
            any = any.add(Expr::col(column::<E>(name)?).is_in(partners.clone()));
        }
        if let Some(Related { table, key, partner, set }) = *related {
            let [table, key, partner, set] = [table, key, partner, set].map(Alias::new);
            let names = Query::select()
                .column(key)
                .from(table)
                .and_where(Expr::col(partner).is_in(partners))
                .and_where(Expr::col(set).is_not_null())
                .to_owned();
            any = any.add(Expr::col(column::<E>("name")?).in_subquery(names));
        }
        Ok(any)
    }
}
