//! Pagination of lists (AIP-158).

use authority::Scope;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use errors::{Failure, Fields};
use sea_orm::{
    Condition, ConnectionTrait, EntityTrait, ExprTrait, IdenStatic, Iterable, ModelTrait, Order,
    QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{BinOper, Expr, Value, ValueType},
};
use sha2::{Digest, Sha256};
use types::Timestamp;

mod options;

pub use options::ListOptions;

use crate::{
    Partners, fault,
    filter::{self, Field, Term},
};

const DEFAULT_SIZE: usize = 50;
const MAX_SIZE: usize = 200;

/// A list: its collection, filter fields and limits.
#[derive(Debug, Clone, Copy)]
pub struct Listing {
    /// The collection, such as `orders`.
    pub collection: &'static str,
    /// Fields of filters, in addition to `create_time` and `update_time`.
    pub fields: &'static [Field],
    /// Most items of a page.
    pub max_size: usize,
    /// Rows read at a time; few if a row can be large.
    pub chunk: usize,
    /// Which rows a caller that is bound to partners sees.
    pub partners: Partners,
}

/// A validated request for a page. Pages follow keys that never change, so rows inserted or deleted
/// between two calls neither repeat nor hide other rows.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// Digest of list, filter and order; the prefix of page tokens.
    list: String,
    pub(crate) size: usize,
    pub(crate) chunk: usize,
    terms: Vec<Term>,
    by_time: bool,
    descending: bool,
    pub(crate) after: Option<Position>,
    /// The time at which filters evaluate states that end by time.
    now: Option<Timestamp>,
    partners: Partners,
    scope: Scope,
}

/// The keys of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Position {
    create_time: i64,
    pub(crate) name: String,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Token of the next page; empty on the last.
    pub next_page_token: String,
}

impl Listing {
    /// A list with these filter fields and the default limits.
    #[must_use]
    pub const fn of(
        collection: &'static str,
        partners: Partners,
        fields: &'static [Field],
    ) -> Self {
        Self { collection, fields, max_size: MAX_SIZE, chunk: DEFAULT_SIZE, partners }
    }

    /// Validates a list request.
    ///
    /// # Errors
    /// [`Failure::Invalid`] with every invalid field.
    pub fn page(&self, options: ListOptions<'_>) -> Result<PageRequest, Failure> {
        let mut fields = Fields::new();
        let page = self.read(&mut fields, "", options);
        fields.finish(|| page)
    }

    /// Validates the list options of a request with a parent and further fields.
    pub fn read(
        &self,
        fields: &mut Fields,
        parent: &str,
        options: ListOptions<'_>,
    ) -> Option<PageRequest> {
        let list = digest(&[parent, self.collection, options.filter, options.order_by]);
        let times = [Field::time("create_time"), Field::time("update_time")];
        let comparable: Vec<_> = self.fields.iter().copied().chain(times).collect();
        let size = fields.check("page_size", size(options.page_size, self.max_size));
        let after = fields.check("page_token", position(&list, options.page_token));
        let terms = fields.check("filter", filter::parse(options.filter, &comparable));
        let order = fields.check("order_by", order(options.order_by));
        let (size, after, terms, (by_time, descending)) = (size?, after?, terms?, order?);
        let Self { chunk, partners, .. } = *self;
        let scope = options.scope.clone();
        let now = None;
        Some(PageRequest {
            list,
            size,
            chunk,
            terms,
            by_time,
            descending,
            after,
            now,
            partners,
            scope,
        })
    }
}

/// The number of items for a requested page size: 0 means 50.
///
/// # Errors
/// A negative number, as text.
pub fn size(wanted: i32, max: usize) -> Result<usize, &'static str> {
    match usize::try_from(wanted) {
        Ok(0) => Ok(DEFAULT_SIZE.min(max)),
        Ok(size) => Ok(size.min(max)),
        Err(_) => Err("is negative"),
    }
}

/// Whether to order by time, and whether descending.
fn order(order_by: &str) -> Result<(bool, bool), &'static str> {
    match order_by {
        "" | "name" => Ok((false, false)),
        "name desc" => Ok((false, true)),
        "create_time" => Ok((true, false)),
        "create_time desc" => Ok((true, true)),
        _ => Err("must be `name`, `name desc`, `create_time` or `create_time desc`"),
    }
}

fn digest(parts: &[&str]) -> String {
    let hash = Sha256::digest(parts.join("\n"));
    URL_SAFE_NO_PAD.encode(&hash[..9])
}

/// The position in a token of this list.
fn position(list: &str, token: &str) -> Result<Option<Position>, &'static str> {
    if token.is_empty() {
        return Ok(None);
    }
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (create_time, name) = text.strip_prefix(list)?.split_once(' ')?;
        let name = Some(name).filter(|it| !it.contains(char::is_control))?;
        Some(Position { create_time: create_time.parse().ok()?, name: name.to_owned() })
    };
    read().map(Some).ok_or("is not a token of this list, filter and order; omit it to start again")
}

impl PageRequest {
    /// Filters by the states as of `now`: an overdue invitation matches `expired`.
    #[must_use]
    pub fn with_states_at(self, now: Timestamp) -> Self {
        Self { now: Some(now), ..self }
    }

    /// The token of the page after the row with these keys.
    pub(crate) fn token(&self, create_time: i64, name: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}{create_time} {name}", self.list))
    }

    /// The next `size` items after a token; an empty token means the start of this page.
    pub(crate) fn chunk_after(&self, token: &str, size: usize) -> Result<Self, Failure> {
        let after = position(&self.list, token).map_err(Failure::bug)?;
        Ok(Self { size, after: after.or_else(|| self.after.clone()), ..self.clone() })
    }

    /// The rows of the page, and one more if there is a next page.
    ///
    /// # Errors
    /// [`Failure::Bug`] if the table lacks a column.
    pub fn select<E: EntityTrait>(&self, rows: Select<E>) -> Result<Select<E>, Failure> {
        let order = if self.descending { Order::Desc } else { Order::Asc };
        let mut rows = rows.filter(self.condition::<E>()?);
        if self.by_time {
            rows = rows.order_by(column::<E>("create_time")?, order.clone());
        }
        Ok(rows.order_by(column::<E>("name")?, order).limit(self.size as u64 + 1))
    }

    fn condition<E: EntityTrait>(&self) -> Result<Condition, Failure> {
        let mut condition = Condition::all().add(self.partners.visible::<E>(&self.scope)?);
        for term in &self.terms {
            condition = condition.add(self.comparison::<E>(term)?);
        }
        let Some(after) = &self.after else { return Ok(condition) };
        let beyond = if self.descending { BinOper::SmallerThan } else { BinOper::GreaterThan };
        let name = Expr::col(column::<E>("name")?);
        if !self.by_time {
            return Ok(condition.add(name.binary(beyond, Expr::val(after.name.clone()))));
        }
        let time = Expr::col(column::<E>("create_time")?);
        let keys = Expr::tuple([time, name]);
        let position = [Expr::val(after.create_time), Expr::val(after.name.clone())];
        Ok(condition.add(keys.binary(beyond, Expr::tuple(position))))
    }

    fn comparison<E: EntityTrait>(&self, term: &Term) -> Result<Condition, Failure> {
        let state = Expr::col(column::<E>(term.column)?);
        let (Some(lapse), Some(now), Some(value)) = (term.lapse, self.now, &term.value) else {
            return Ok(comparison(state, term));
        };
        let past = Expr::col(column::<E>(lapse.at)?).lte(now.as_microsecond());
        let lapsed = state.clone().eq(lapse.from).and(past);
        let is = |text: &str| *value == Value::from(text);
        let equal = if is(lapse.from) {
            state.eq(lapse.from).and(lapsed.not())
        } else if is(lapse.to) {
            state.eq(lapse.to).or(lapsed)
        } else {
            state.eq(value.clone())
        };
        let equal = if term.operator == BinOper::NotEqual { equal.not() } else { equal };
        Ok(Condition::all().add(equal))
    }
}

/// NULL differs from every value.
fn comparison(column: Expr, term: &Term) -> Condition {
    match (&term.value, term.operator) {
        (None, BinOper::Equal) => Condition::all().add(column.is_null()),
        (None, _) => Condition::all().add(column.is_not_null()),
        (Some(value), BinOper::NotEqual) => Condition::any()
            .add(column.clone().is_null())
            .add(column.binary(BinOper::NotEqual, Expr::val(value.clone()))),
        (Some(value), operator) => {
            Condition::all().add(column.binary(operator, Expr::val(value.clone())))
        }
    }
}

pub(crate) fn column<E: EntityTrait>(name: &str) -> Result<E::Column, Failure> {
    let found = E::Column::iter().find(|it| it.as_str() == name);
    found.ok_or_else(|| Failure::bug(format!("a list has no column {name}")))
}

fn typed_key<T: ValueType>(value: Value) -> Result<T, Failure> {
    T::try_from(value).map_err(|_| Failure::bug("a key column of a list has an unexpected type"))
}

/// Reads a page of rows. Their table has the columns `name` and `create_time`.
///
/// # Errors
/// If the database fails.
pub async fn list<E: EntityTrait>(
    reader: &impl ConnectionTrait,
    rows: Select<E>,
    page: &PageRequest,
) -> Result<Page<E::Model>, Failure> {
    let (name, time) = (column::<E>("name")?, column::<E>("create_time")?);
    let mut items = page.select(rows)?.all(reader).await.map_err(fault)?;
    let more = items.len() > page.size;
    items.truncate(page.size);
    let next_page_token = match items.last() {
        Some(last) if more => {
            let (time, name): (i64, String) =
                (typed_key(last.get(time))?, typed_key(last.get(name))?);
            page.token(time, &name)
        }
        _ => String::new(),
    };
    Ok(Page { items, next_page_token })
}

impl<T> Page<T> {
    /// Converts the items.
    ///
    /// # Errors
    /// The first of `read`.
    pub fn try_map<U>(self, read: impl FnMut(T) -> Result<U, Failure>) -> Result<Page<U>, Failure> {
        let items = self.items.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Page { items, next_page_token: self.next_page_token })
    }
}
