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

pub(super) use {chain, on_record};
