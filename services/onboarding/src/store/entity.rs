//! Rows of the tables, one module per table.

use storage::entity;

entity!(partner_ids, "partner_ids", {
    #[sea_orm(primary_key, auto_increment = false)]
    id: String,
    holder: String,
});

entity!(organizations, "organizations", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    display_name: String,
    display_name_key: Vec<u8>,
    country: String,
    global_account: Option<String>,
    revision: i64,
    create_time: i64,
    update_time: i64,
});

entity!(organization_owners, "organization_owners", {
    #[sea_orm(primary_key, auto_increment = false)]
    organization: String,
    #[sea_orm(primary_key, auto_increment = false)]
    owner: String,
    share_basis_points: i32,
    management_control: bool,
    #[sea_orm(primary_key, auto_increment = false)]
    from_time: i64,
    end_time: Option<i64>,
    end_reason: Option<String>,
});

entity!(partners, "partners", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    organization: String,
    country: String,
    location_account: Option<String>,
    location_country: Option<String>,
    revision: i64,
    create_time: i64,
    update_time: i64,
});

entity!(enrollments, "enrollments", {
    #[sea_orm(primary_key, auto_increment = false)]
    partner: String,
    #[sea_orm(primary_key, auto_increment = false)]
    role: String,
    application: i32,
    state: String,
    state_time: i64,
    state_reason: String,
    suspension_cause: Option<String>,
    open_check: Option<String>,
    reapply_time: Option<i64>,
    review_time: Option<i64>,
    shortfall_time: Option<i64>,
    contact_email: String,
    revision: i64,
    create_time: i64,
    update_time: i64,
});

entity!(agreements, "agreements", {
    #[sea_orm(primary_key, auto_increment = false)]
    name: String,
    partner: String,
    kind: String,
    version: String,
    first_name: String,
    last_name: String,
    email: String,
    signatory_role: String,
    accept_time: i64,
    location_account: String,
    application: i32,
    revision: i64,
    create_time: i64,
});

entity!(evidence, "evidence", {
    #[sea_orm(primary_key, auto_increment = false)]
    partner: String,
    #[sea_orm(primary_key, auto_increment = false)]
    role: String,
    #[sea_orm(primary_key, auto_increment = false)]
    requirement: String,
    figure: i64,
    observed_time: i64,
    attested_by: String,
    reference: String,
});
