//! Domain values from the columns that several tables have in common.

macro_rules! chain {
    ($row:ident) => {
        rules::SalesChain {
            seller: row::read(&$row.seller)?,
            reseller: row::read_optional($row.reseller.as_deref())?,
            customer: row::read(&$row.customer)?,
        }
    };
}

macro_rules! on_record {
    ($row:ident) => {
        rules::OnRecord {
            partner_id: row::read_optional($row.partner_id.as_deref())?,
            additional_ids: row::from_json(&$row.additional_ids)?,
        }
    };
}

macro_rules! product {
    ($row:ident) => {
        crate::domain::Product {
            offer: row::read(&$row.offer)?,
            family: row::read(&$row.family)?,
            term: row::read(&$row.term)?,
            billing_cycle: row::read(&$row.billing_cycle)?,
            on_record: on_record!($row),
            unit_price: money(&$row.currency, $row.unit_price)?,
        }
    };
}

pub(super) use {chain, on_record, product};
