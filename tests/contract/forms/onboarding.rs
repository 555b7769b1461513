use serde_json::{Value, json};

use super::{
    Form, ID, OTHER_ID, list, no_choice, no_country, no_guid, no_name, no_required_guid,
    no_text, no_time_past, no_work_email,
};

pub(super) fn forms([of_organizations, of_partners]: &[String; 2]) -> Vec<Form> {
    let lists = vec![
        list("ListOrganizations", of_partners),
        list("ListPartners", of_organizations),
    ];
    [organizations(), partners(), enrollments(), agreements(), standings(), lists].concat_forms()
}

trait Concat {
    fn concat_forms(self) -> Vec<Form>;
}
