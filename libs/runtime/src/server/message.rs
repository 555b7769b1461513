use std::time::Duration;

use bytes::Bytes;
use errors::{Failure, FieldViolation};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How long the message of a call may take to arrive: one that does not come holds capacity that others
/// need.
const PATIENCE: Duration = Duration::from_secs(2);
/// Longest message in bytes. The longest that is of use, an order of 300 lines with five additional
/// PartnerIDs each, has 49 KB (`the_largest_order_fits_into_a_message` measures it). Decoded, a message
/// takes up to a hundred times as much memory: an empty message within one has 2 bytes.
pub(super) const LONGEST: usize = 64 * 1024;
/// What gRPC writes before a message: whether it is compressed, and its length.
const PREFIX: usize = 5;

/// Reads the message of a call whole. It is decoded only then, because what is decoded takes many times
/// as much memory, and would be held for as long as the caller does not end its request.
pub(super) async fn read<B>(body: B) -> Result<Bytes, Failure>
where
    B: Body<Data = Bytes, Error: Into<BoxError>>,
{
    match timeout(PATIENCE, Limited::new(body, PREFIX + LONGEST).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(unusable(format!("is longer than {LONGEST} bytes, which no request needs")))
        }
        Ok(Err(error)) => Err(unusable(format!("did not arrive: {error}"))),
        Err(_) => Err(Failure::OutOfTime),
    }
}

fn unusable(description: String) -> Failure {
    Failure::Invalid(vec![FieldViolation { field: "message".to_owned(), description }])
}
