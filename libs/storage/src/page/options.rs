use authority::Scope;

/// The fields of a list request.
#[derive(Debug, Clone, Copy)]
pub struct ListOptions<'a> {
    /// Most items of the page; 0 means the default.
    pub page_size: i32,
    /// `next_page_token` of the previous page; empty for the first page.
    pub page_token: &'a str,
    /// Empty for all items.
    pub filter: &'a str,
    /// Empty for the order of names.
    pub order_by: &'a str,
    /// The partners that the caller may see.
    pub scope: &'a Scope,
}

impl Default for ListOptions<'_> {
    fn default() -> Self {
        Self { page_size: 0, page_token: "", filter: "", order_by: "", scope: &Scope::All }
    }
}

/// The [`ListOptions`] of any list request.
#[macro_export]
macro_rules! list_options {
    ($request:expr) => {{
        let scope = $request.caller().scope();
        let request = $request.get_ref();
        $crate::ListOptions {
            scope,
            page_size: request.page_size,
            page_token: &request.page_token,
            filter: &request.filter,
            order_by: &request.order_by,
        }
    }};
}
