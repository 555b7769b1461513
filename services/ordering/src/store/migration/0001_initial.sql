-- Times are microseconds since the Unix epoch, amounts are minor units. For SQLite and PostgreSQL.

CREATE TABLE offers (
    name TEXT PRIMARY KEY CHECK (name LIKE 'offers/%'),
    display_name TEXT NOT NULL,
    family TEXT NOT NULL CHECK (family IN
        ('microsoft-365', 'dynamics-365', 'azure', 'azure-shared-services', 'software')),
    min_quantity INTEGER NOT NULL CHECK (min_quantity >= 1),
    max_quantity INTEGER NOT NULL,
    -- As JSON: "every", or {"only": [countries]}.
    markets TEXT NOT NULL,
    third_party BOOLEAN NOT NULL,
    attestation_required BOOLEAN NOT NULL,
    -- Terms and prices, as JSON.
    plans TEXT NOT NULL CHECK (length(plans) > 2),
    state TEXT NOT NULL CHECK (state IN ('active', 'retired')),
    state_reason TEXT NOT NULL,
    revision BIGINT NOT NULL CHECK (revision >= 1),
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    CHECK (max_quantity >= min_quantity),
    CHECK (NOT (third_party AND family = 'azure-shared-services')),
    CHECK ((state = 'retired') = (state_reason <> ''))
);

CREATE TABLE orders (
    name TEXT PRIMARY KEY CHECK (name LIKE 'orders/%'),
    kind TEXT NOT NULL CHECK (kind IN ('purchase', 'add-quantity', 'reduce-quantity', 'renew',
        'automatic-renewal', 'schedule-next-term', 'set-automatic-renewal', 'suspend', 'resume',
        'cancel', 'transfer-in')),
    seller TEXT NOT NULL CHECK (seller LIKE 'partners/%'),
    reseller TEXT CHECK (reseller LIKE 'partners/%'),
    customer TEXT NOT NULL CHECK (customer LIKE 'customers/%'),
    attested BOOLEAN NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('accepted', 'cancelled')),
    state_reason TEXT NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    total BIGINT NOT NULL CHECK (total >= 0),
    charge BIGINT NOT NULL CHECK (charge >= 0),
    refund BIGINT NOT NULL CHECK (refund >= 0),
    -- As JSON. They never change.
    lines TEXT NOT NULL CHECK (length(lines) > 2),
    -- The decision that allowed the order, encoded. It never changes.
    evidence BYTEA NOT NULL CHECK (length(evidence) > 2),
    -- Its digest in lower-case hexadecimal digits.
    evidence_sha256 TEXT NOT NULL CHECK (length(evidence_sha256) = 64),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    CHECK (reseller IS NULL OR reseller <> seller),
    CHECK (state <> 'cancelled' OR kind = 'purchase')
);

CREATE TABLE subscriptions (
    name TEXT PRIMARY KEY CHECK (name LIKE 'subscriptions/%'),
    order_name TEXT NOT NULL REFERENCES orders (name),
    customer TEXT NOT NULL,
    seller TEXT NOT NULL,
    reseller TEXT,
    offer TEXT NOT NULL REFERENCES offers (name),
    family TEXT NOT NULL CHECK (family IN
        ('microsoft-365', 'dynamics-365', 'azure', 'azure-shared-services', 'software')),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    term TEXT NOT NULL CHECK (term IN ('P1M', 'P1Y', 'P3Y')),
    billing_cycle TEXT NOT NULL CHECK (billing_cycle IN ('monthly', 'annual', 'one-time')),
    partner_id TEXT,
    -- PartnerIDs of additional resellers, as JSON.
    additional_ids TEXT NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    unit_price BIGINT NOT NULL CHECK (unit_price >= 0),
    -- Units grouped by purchase, as JSON.
    batches TEXT NOT NULL,
    term_start BIGINT NOT NULL,
    term_end BIGINT NOT NULL CHECK (term_end > term_start),
    automatic_renewal BOOLEAN NOT NULL,
    -- Scheduled next term, as JSON. NULL: nothing changes.
    next_term TEXT,
    -- Scheduled increase that the last renewal omitted, and the reason, as JSON.
    refused_increase TEXT,
    transferred_from TEXT,
    transferred_to TEXT,
    state TEXT NOT NULL CHECK (state IN
        ('active', 'suspended', 'expired', 'disabled', 'deleted', 'cancelled', 'transferred')),
    state_time BIGINT NOT NULL,
    state_reason TEXT NOT NULL,
    -- When the state or term ends. NULL in a final state.
    due_time BIGINT,
    revision BIGINT NOT NULL CHECK (revision >= 1),
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    CHECK ((due_time IS NULL) = (state IN ('deleted', 'cancelled', 'transferred'))),
    CHECK ((transferred_to IS NOT NULL) = (state = 'transferred')),
    CHECK (partner_id IS NOT NULL OR additional_ids = '[]')
);

CREATE INDEX subscriptions_by_order ON subscriptions (order_name, name);
CREATE INDEX subscriptions_by_due_time ON subscriptions (due_time) WHERE due_time IS NOT NULL;

CREATE TABLE transfers (
    name TEXT PRIMARY KEY CHECK (name LIKE 'transfers/%'),
    source TEXT NOT NULL CHECK (source LIKE 'partners/%'),
    seller TEXT NOT NULL CHECK (seller LIKE 'partners/%'),
    reseller TEXT CHECK (reseller LIKE 'partners/%'),
    customer TEXT NOT NULL CHECK (customer LIKE 'customers/%'),
    attested BOOLEAN NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('pending', 'complete', 'rejected', 'withdrawn', 'expired')),
    state_time BIGINT NOT NULL,
    state_reason TEXT NOT NULL,
    expire_time BIGINT NOT NULL,
    order_name TEXT REFERENCES orders (name),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    CHECK (source <> seller),
    CHECK (reseller IS NULL OR reseller <> seller),
    CHECK ((order_name IS NOT NULL) = (state = 'complete'))
);

CREATE TABLE transfer_items (
    transfer TEXT NOT NULL REFERENCES transfers (name),
    place INTEGER NOT NULL CHECK (place BETWEEN 0 AND 24),
    subscription TEXT NOT NULL REFERENCES subscriptions (name),
    partner_id TEXT,
    -- PartnerIDs of additional resellers, as JSON.
    additional_ids TEXT NOT NULL,
    transferred_to TEXT REFERENCES subscriptions (name),
    credit_currency TEXT CHECK (length(credit_currency) = 3),
    credit BIGINT CHECK (credit >= 0),
    -- Whether the transfer is stored as pending.
    pending BOOLEAN NOT NULL,
    PRIMARY KEY (transfer, place),
    CHECK ((transferred_to IS NULL) = (credit IS NULL)),
    CHECK ((credit_currency IS NULL) = (credit IS NULL)),
    CHECK (partner_id IS NOT NULL OR additional_ids = '[]')
);

CREATE UNIQUE INDEX one_pending_transfer ON transfer_items (subscription) WHERE pending;

-- Serializes the release of a relationship with the orders of its partner.
CREATE TABLE partner_customer_epochs (
    customer TEXT NOT NULL CHECK (customer LIKE 'customers/%'),
    partner TEXT NOT NULL CHECK (partner LIKE 'partners/%'),
    -- Incremented by the start of every release.
    epoch BIGINT NOT NULL CHECK (epoch >= 0),
    -- Orders are blocked by a release until this time. 0: no release.
    closed_until BIGINT NOT NULL,
    PRIMARY KEY (customer, partner)
);

-- For lists, ordered by name: one index for each field of their filters, and for the order by create
-- time. The filter of accepted orders, which nearly all are, follows the primary key.
CREATE INDEX offers_by_create_time ON offers (create_time, name);
CREATE INDEX offers_by_update_time ON offers (update_time);
CREATE INDEX offers_by_family ON offers (family, name);
CREATE INDEX orders_by_create_time ON orders (create_time, name);
CREATE INDEX orders_by_update_time ON orders (update_time);
CREATE INDEX orders_by_seller ON orders (seller, name);
CREATE INDEX orders_by_reseller ON orders (reseller, name);
CREATE INDEX orders_by_customer ON orders (customer, name);
CREATE INDEX orders_cancelled ON orders (state, name) WHERE state = 'cancelled';
CREATE INDEX subscriptions_by_create_time ON subscriptions (create_time, name);
CREATE INDEX subscriptions_by_update_time ON subscriptions (update_time);
CREATE INDEX subscriptions_by_seller ON subscriptions (seller, name);
CREATE INDEX subscriptions_by_reseller ON subscriptions (reseller, name);
CREATE INDEX subscriptions_by_customer ON subscriptions (customer, name);
CREATE INDEX subscriptions_by_offer ON subscriptions (offer, name);
CREATE INDEX subscriptions_by_state ON subscriptions (state, name);
CREATE INDEX transfers_by_create_time ON transfers (create_time, name);
CREATE INDEX transfers_by_update_time ON transfers (update_time);
CREATE INDEX transfers_by_source ON transfers (source, name);
CREATE INDEX transfers_by_target ON transfers (seller, name);
CREATE INDEX transfers_by_customer ON transfers (customer, name);
CREATE INDEX transfers_by_state ON transfers (state, name);
