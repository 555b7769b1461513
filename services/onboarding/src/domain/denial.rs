use rules::{Denial, Reason, Responsible};

pub(super) fn collection_full(subject: impl ToString, collection: &str, limit: usize) -> Denial {
    let full = Reason::CollectionFull.violation(
        subject,
        Responsible::Partner,
        format!("the limit of {limit} {collection} is reached"),
        format!("use the recorded {collection}; they cannot be removed"),
        vec![("collection", collection.to_owned()), ("limit", limit.to_string())],
    );
    full.into()
}
