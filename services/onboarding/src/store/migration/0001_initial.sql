-- Times are microseconds since the Unix epoch. The same SQL runs on SQLite and PostgreSQL.

-- PartnerIDs. An id is the global account of one company or the location account of one partner,
-- never both. Each holder has at most one id, which does not change.
CREATE TABLE partner_ids (
    id TEXT PRIMARY KEY,
    holder TEXT NOT NULL UNIQUE
        CHECK (holder LIKE 'organizations/%' OR holder LIKE 'partners/%'),
    UNIQUE (id, holder)
);

CREATE TABLE organizations (
    name TEXT PRIMARY KEY CHECK (name LIKE 'organizations/%'),
    display_name TEXT NOT NULL,
    -- Without differences of case, for filters.
    display_name_key BYTEA NOT NULL,
    country TEXT NOT NULL CHECK (length(country) = 2),
    global_account TEXT UNIQUE,
    revision BIGINT NOT NULL CHECK (revision >= 1),
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    FOREIGN KEY (global_account, name) REFERENCES partner_ids (id, holder)
);

CREATE TABLE organization_owners (
    organization TEXT NOT NULL REFERENCES organizations (name),
    owner TEXT NOT NULL REFERENCES organizations (name),
    share_basis_points INTEGER NOT NULL CHECK (share_basis_points BETWEEN 0 AND 10000),
    management_control BOOLEAN NOT NULL,
    from_time BIGINT NOT NULL,
    end_time BIGINT,
    end_reason TEXT,
    PRIMARY KEY (organization, owner, from_time),
    CHECK (organization <> owner),
    CHECK (end_time IS NULL OR end_time > from_time),
    CHECK ((end_time IS NULL) = (end_reason IS NULL))
);

CREATE UNIQUE INDEX one_current_ownership ON organization_owners (organization, owner)
    WHERE end_time IS NULL;

-- ON-3: a tenant has at most one location, a location at most one tenant, both in the same country.
CREATE TABLE partners (
    name TEXT PRIMARY KEY CHECK (name LIKE 'partners/%'),
    organization TEXT NOT NULL REFERENCES organizations (name),
    country TEXT NOT NULL CHECK (length(country) = 2),
    location_account TEXT UNIQUE,
    location_country TEXT,
    revision BIGINT NOT NULL CHECK (revision >= 1),
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    FOREIGN KEY (location_account, name) REFERENCES partner_ids (id, holder),
    CHECK ((location_account IS NULL) = (location_country IS NULL)),
    CHECK (location_country IS NULL OR location_country = country)
);

CREATE INDEX partners_by_organization ON partners (organization, name);

CREATE TABLE enrollments (
    partner TEXT NOT NULL REFERENCES partners (name),
    role TEXT NOT NULL CHECK (role IN ('indirect-provider', 'indirect-reseller', 'direct-bill')),
    application INTEGER NOT NULL CHECK (application >= 1),
    state TEXT NOT NULL CHECK (state IN (
        'draft', 'vetting', 'rejected', 'qualified', 'active', 'suspended', 'restricted', 'revoked'
    )),
    state_time BIGINT NOT NULL,
    state_reason TEXT NOT NULL,
    suspension_cause TEXT CHECK (suspension_cause IN (
        'abuse', 'profile-rejected', 'eligibility-not-met', 'invoice-overdue', 'provider-trouble'
    )),
    open_check TEXT CHECK (open_check IN ('email-ownership', 'employment', 'business')),
    reapply_time BIGINT,
    review_time BIGINT,
    shortfall_time BIGINT,
    contact_email TEXT NOT NULL,
    revision BIGINT NOT NULL CHECK (revision >= 1),
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    PRIMARY KEY (partner, role),
    CHECK ((state = 'suspended') = (suspension_cause IS NOT NULL)),
    CHECK ((state = 'revoked') = (reapply_time IS NOT NULL)),
    CHECK (reapply_time IS NULL OR reapply_time > state_time),
    CHECK (state NOT IN ('draft', 'vetting', 'rejected') OR open_check IS NOT NULL),
    CHECK (state NOT IN ('qualified', 'active', 'restricted') OR open_check IS NULL),
    CHECK (review_time IS NULL OR role <> 'indirect-provider'),
    CHECK (state NOT IN ('active', 'restricted') OR role = 'indirect-provider'
        OR review_time IS NOT NULL),
    CHECK (shortfall_time IS NULL OR role = 'direct-bill'),
    CHECK (state <> 'restricted' OR shortfall_time IS NOT NULL),
    CHECK (state NOT IN ('draft', 'active', 'revoked') OR shortfall_time IS NULL)
);

-- Latest evidence for each requirement of a role.
CREATE TABLE evidence (
    partner TEXT NOT NULL,
    role TEXT NOT NULL,
    requirement TEXT NOT NULL CHECK (requirement IN (
        'revenue', 'reseller-months', 'solutions-partner', 'credit-check', 'support-plan',
        'api-integration', 'billing-and-support', 'managed-services', 'mfa', 'security-contact',
        'alert-hours'
    )),
    figure BIGINT NOT NULL CHECK (figure >= 0),
    observed_time BIGINT NOT NULL,
    attested_by TEXT NOT NULL,
    reference TEXT NOT NULL,
    PRIMARY KEY (partner, role, requirement),
    FOREIGN KEY (partner, role) REFERENCES enrollments (partner, role)
);

-- Each acceptance belongs to one application in the role of the agreement.
CREATE TABLE agreements (
    name TEXT PRIMARY KEY CHECK (name LIKE 'partners/%/agreements/%'),
    partner TEXT NOT NULL REFERENCES partners (name),
    kind TEXT NOT NULL CHECK (kind IN ('indirect-provider', 'indirect-reseller', 'direct-bill')),
    version TEXT NOT NULL CHECK (version IN ('2019-09', '2026-12')),
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL,
    signatory_role TEXT NOT NULL CHECK (signatory_role = 'global-admin'),
    accept_time BIGINT NOT NULL,
    location_account TEXT NOT NULL,
    application INTEGER NOT NULL CHECK (application >= 1),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    create_time BIGINT NOT NULL,
    CHECK (accept_time <= create_time)
);

-- A revision of a partner adds at most one acceptance, so revisions order acceptances.
CREATE UNIQUE INDEX agreements_by_partner ON agreements (partner, revision);

-- Indexes for filters and orders of lists.
CREATE INDEX organizations_by_create_time ON organizations (create_time, name);
CREATE INDEX organizations_by_update_time ON organizations (update_time);
CREATE INDEX organizations_by_display_name ON organizations (display_name_key, name);
CREATE INDEX organizations_by_country ON organizations (country, name);
CREATE INDEX partners_by_create_time ON partners (create_time, name);
CREATE INDEX partners_by_update_time ON partners (update_time);
CREATE INDEX partners_by_country ON partners (country, name);
