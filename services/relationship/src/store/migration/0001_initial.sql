-- Times are microseconds since the Unix epoch. SQLite and PostgreSQL share this script.

CREATE TABLE partnerships (
    name TEXT PRIMARY KEY CHECK (name LIKE 'partnerships/%'),
    provider TEXT NOT NULL CHECK (provider LIKE 'partners/%'),
    reseller TEXT NOT NULL CHECK (reseller LIKE 'partners/%'),
    state TEXT NOT NULL
        CHECK (state IN ('invited', 'active', 'declined', 'withdrawn', 'expired', 'ended')),
    expire_time BIGINT NOT NULL,
    accept_time BIGINT,
    provider_application INTEGER,
    reseller_application INTEGER,
    ended_by TEXT CHECK (ended_by IN ('provider', 'reseller')),
    state_reason TEXT NOT NULL,
    end_time BIGINT,
    predecessor TEXT UNIQUE REFERENCES partnerships (name),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    CHECK (provider <> reseller),
    CHECK (predecessor <> name),
    CHECK (expire_time > create_time),
    CHECK ((accept_time IS NOT NULL) = (state IN ('active', 'ended'))),
    CHECK ((end_time IS NULL) = (state IN ('invited', 'active'))),
    CHECK ((provider_application IS NOT NULL) = (accept_time IS NOT NULL)),
    CHECK ((reseller_application IS NOT NULL) = (accept_time IS NOT NULL)),
    CHECK (ended_by IS NULL OR state IN ('declined', 'withdrawn', 'ended')),
    CHECK (state <> 'declined' OR (ended_by IS NOT NULL AND ended_by = 'reseller')),
    CHECK (state <> 'withdrawn' OR (ended_by IS NOT NULL AND ended_by = 'provider')),
    CHECK ((state_reason <> '') = (state IN ('declined', 'withdrawn', 'ended'))),
    CHECK (accept_time <= update_time AND end_time <= update_time)
);

-- At most one open partnership per provider and reseller.
CREATE UNIQUE INDEX partnerships_open ON partnerships (provider, reseller)
    WHERE state IN ('invited', 'active');
CREATE INDEX partnerships_by_pair ON partnerships (provider, reseller);

CREATE TABLE customers (
    name TEXT PRIMARY KEY CHECK (name LIKE 'customers/%'),
    display_name TEXT NOT NULL,
    -- Without differences of case, for filters.
    display_name_key BYTEA NOT NULL,
    organization TEXT NOT NULL CHECK (organization LIKE 'organizations/%'),
    country TEXT NOT NULL CHECK (length(country) = 2),
    registration_number TEXT CHECK (registration_number <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('company', 'shared-services')),
    shared_services_number INTEGER CHECK (shared_services_number >= 1),
    created_by TEXT CHECK (created_by LIKE 'partners/%'),
    mca_template_id TEXT,
    mca_version TEXT,
    mca_first_name TEXT,
    mca_last_name TEXT,
    mca_email TEXT,
    mca_accept_time BIGINT,
    account_state TEXT CHECK (account_state IN ('verified', 'under-review', 'rejected', 'locked')),
    account_detail TEXT,
    account_time BIGINT,
    revision BIGINT NOT NULL CHECK (revision >= 1),
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    CHECK (mca_accept_time IS NULL OR (
        mca_template_id IS NOT NULL AND mca_version IS NOT NULL AND mca_first_name IS NOT NULL
        AND mca_last_name IS NOT NULL AND mca_email IS NOT NULL AND mca_accept_time <= update_time
    )),
    CHECK ((account_state IS NULL) = (account_time IS NULL)
        AND (account_state IS NULL) = (account_detail IS NULL)),
    CHECK (account_time <= update_time),
    CHECK ((shared_services_number IS NOT NULL) = (kind = 'shared-services'))
);

-- Only one of several concurrent calls creates an organization's next shared services tenant.
CREATE UNIQUE INDEX customers_shared_services ON customers (organization, shared_services_number);

CREATE TABLE customer_relationships (
    name TEXT PRIMARY KEY CHECK (name LIKE customer || '/relationships/%'),
    customer TEXT NOT NULL REFERENCES customers (name),
    partner TEXT NOT NULL CHECK (partner LIKE 'partners/%'),
    kind TEXT NOT NULL CHECK (kind IN ('resale', 'management')),
    role TEXT CHECK (role IN ('indirect-provider', 'indirect-reseller', 'direct-bill')),
    state TEXT NOT NULL CHECK (state IN ('requested', 'active', 'removed', 'refused', 'expired')),
    expire_time BIGINT NOT NULL,
    accept_time BIGINT,
    removed_by TEXT CHECK (removed_by LIKE 'partners/%'),
    state_reason TEXT NOT NULL,
    end_time BIGINT,
    companion TEXT REFERENCES customer_relationships (name),
    mca_template_id TEXT,
    mca_version TEXT,
    mca_first_name TEXT,
    mca_last_name TEXT,
    mca_email TEXT,
    mca_accept_time BIGINT,
    revision BIGINT NOT NULL CHECK (revision >= 1),
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    CHECK ((role IS NOT NULL) = (kind = 'resale')),
    CHECK (companion <> name AND companion LIKE customer || '/relationships/%'),
    CHECK (expire_time > create_time),
    CHECK (state <> 'active' OR accept_time IS NOT NULL),
    CHECK (state IN ('active', 'removed') OR accept_time IS NULL),
    CHECK ((end_time IS NULL) = (state IN ('requested', 'active'))),
    CHECK ((removed_by IS NOT NULL) = (state = 'removed')),
    CHECK (mca_accept_time IS NULL OR (
        kind = 'resale' AND mca_template_id IS NOT NULL AND mca_version IS NOT NULL
        AND mca_first_name IS NOT NULL AND mca_last_name IS NOT NULL AND mca_email IS NOT NULL
        AND mca_accept_time <= update_time
    )),
    CHECK ((state_reason <> '') = (state IN ('removed', 'refused'))),
    CHECK (accept_time <= update_time AND end_time <= update_time)
);

-- At most one open relationship per customer and partner for management, and one per role for resale.
CREATE UNIQUE INDEX customer_relationships_open
    ON customer_relationships (customer, partner, kind, COALESCE(role, ''))
    WHERE state IN ('requested', 'active');

-- Indexes for list filters and orders.
CREATE INDEX partnerships_by_create_time ON partnerships (create_time, name);
CREATE INDEX partnerships_by_update_time ON partnerships (update_time);
CREATE INDEX partnerships_by_provider ON partnerships (provider, name);
CREATE INDEX partnerships_by_reseller ON partnerships (reseller, name);
CREATE INDEX partnerships_by_state ON partnerships (state, name);
CREATE INDEX customers_by_create_time ON customers (create_time, name);
CREATE INDEX customers_by_update_time ON customers (update_time);
CREATE INDEX customers_by_display_name ON customers (display_name_key, name);
CREATE INDEX customers_by_organization ON customers (organization, name);
CREATE INDEX customers_by_country ON customers (country, name);
CREATE INDEX customers_by_kind ON customers (kind, name);
CREATE INDEX customer_relationships_by_create_time ON customer_relationships (create_time, name);
CREATE INDEX customer_relationships_by_update_time ON customer_relationships (update_time);
CREATE INDEX customer_relationships_by_customer ON customer_relationships (customer, name);
CREATE INDEX customer_relationships_by_partner ON customer_relationships (partner, name);
CREATE INDEX customer_relationships_by_partner_and_time
    ON customer_relationships (partner, create_time, name);
