//! Columns of an MCA acceptance, shared by two tables.

use errors::Failure;
use storage::row;

use crate::domain::CustomerAgreement;

/// Template, version, first name, last name and email address.
type Texts<T> = [T; 5];

pub(super) fn texts(agreement: Option<&CustomerAgreement>) -> Texts<Option<String>> {
    agreement.map_or([const { None }; 5], |it| {
        let email = it.email.to_string();
        let texts = [&it.template_id, &it.version, &it.first_name, &it.last_name, &email];
        texts.map(|text| Some(text.clone()))
    })
}

/// Reads the acceptance of a row; `None` if the row has no acceptance time.
macro_rules! read_agreement {
    ($row:expr) => {
        crate::store::customer_agreement::from_columns(
            [
                &$row.mca_template_id,
                &$row.mca_version,
                &$row.mca_first_name,
                &$row.mca_last_name,
                &$row.mca_email,
            ],
            $row.mca_accept_time,
        )
    };
}
pub(super) use read_agreement;

pub(super) fn from_columns(
    texts: Texts<&Option<String>>,
    accept_time: Option<i64>,
) -> Result<Option<CustomerAgreement>, Failure> {
    let Some(time) = accept_time else { return Ok(None) };
    let [template_id, version, first_name, last_name, email] =
        texts.map(|text| text.clone().unwrap_or_default());
    Ok(Some(CustomerAgreement {
        template_id,
        version,
        first_name,
        last_name,
        email: row::read(&email)?,
        accept_time: row::time(time)?,
    }))
}
