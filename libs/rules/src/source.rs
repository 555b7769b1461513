use std::fmt;

/// A document that states rules of the programme.
#[derive(Debug, PartialEq, Eq)]
pub struct Document {
    /// Its title.
    pub title: &'static str,
    /// Its address; empty if it is not a page.
    pub url: &'static str,
    /// Date of the version that was read, as year and month; empty if unknown.
    pub date: &'static str,
}

/// A place in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The document.
    pub document: &'static Document,
    /// The place, such as `scenario 7`; empty for the whole document.
    pub section: &'static str,
}

impl Document {
    pub(crate) const fn at(&'static self, section: &'static str) -> Source {
        Source { document: self, section }
    }

    pub(crate) const fn whole(&'static self) -> Source {
        self.at("")
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.document.title)?;
        if self.section.is_empty() { Ok(()) } else { write!(f, ", {}", self.section) }
    }
}

macro_rules! documents {
    ($($name:ident = $title:literal, $url:literal, $date:literal;)*) => {
        $(pub(crate) static $name: Document = Document { title: $title, url: $url, date: $date };)*
    };
}

documents! {
    ACCOUNT_VALIDATION = "Retrieve the validation status of a customer",
        "https://learn.microsoft.com/partner-center/developer/retrieve-validation-status", "2026-11";
    CANCELLATION = "Cancel a new commerce subscription",
        "https://learn.microsoft.com/partner-center/developer/cancel-an-azure-marketplace-subscription", "2026-11";
    CUSTOMER_AGREEMENT = "Confirm a customer's acceptance of the Microsoft Customer Agreement",
        "https://learn.microsoft.com/partner-center/confirm-customer-agreement", "2026-11";
    DIRECT_BILL = "Direct-bill partner requirements",
        "https://learn.microsoft.com/partner-center/direct-partner-new-requirements", "2026-11";
    ERROR_CODES = "Partner Center API error codes",
        "https://learn.microsoft.com/partner-center/developer/error-codes", "2026-06";
    INDIRECT_RESELLER = "Indirect reseller requirements",
        "https://learn.microsoft.com/partner-center/new-indirect-reseller-requirement", "2026-11";
    LIFECYCLE = "Lifecycle of the resource", "", "";
    MPA = "Microsoft Partner Agreement",
        "https://learn.microsoft.com/partner-center/microsoft-partner-agreement", "2021-08";
    MPA_FAQ = "Microsoft Partner Agreement FAQ for indirect providers",
        "https://learn.microsoft.com/partner-center/mpa-indirect-provider-faq", "2021-02";
    MULTIPARTNER = "Multi-partner", "https://learn.microsoft.com/partner-center/multipartner", "2021-08";
    ORDERS = "Partner Center API order resources",
        "https://learn.microsoft.com/partner-center/developer/order-resources", "2021-08";
    PROVIDER_TASKS = "Indirect provider tasks in Partner Center",
        "https://learn.microsoft.com/partner-center/indirect-provider-tasks-in-partner-center", "2021-08";
    REGIONS = "CSP regional authorization",
        "https://learn.microsoft.com/partner-center/regional-authorization-overview", "2021-10";
    RELATIONSHIPS = "CSP supported partner relationships",
        "https://learn.microsoft.com/partner-center/csp-supported-partner-relationships", "2021-08";
    REMOVAL = "Remove a reseller relationship with a customer",
        "https://learn.microsoft.com/partner-center/remove-a-relationship", "2021-08";
    RESELLER_TASKS = "Indirect reseller tasks in Partner Center",
        "https://learn.microsoft.com/partner-center/indirect-reseller-tasks-in-partner-center", "2021-08";
    SALES_STOP = "Announcement of March 2022 that Microsoft stops new sales", "", "";
    TRANSFERS = "Partner Center API transfer resources",
        "https://learn.microsoft.com/partner-center/developer/create-a-transfer", "2021-08";
    TRANSITION = "Transition from direct-bill partner to indirect reseller",
        "https://learn.microsoft.com/partner-center/transition-direct-to-indirect", "2026-11";
}
