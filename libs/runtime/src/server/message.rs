use std::time::Duration;

use bytes::Bytes;
use errors::{Failure, FieldViolation};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How long the message of a call may take to arrive. A call that waits for its message uses capacity.
const READ_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest message in bytes. The longest useful one, an order of 300 lines with five additional
/// PartnerIDs each, has 49 KB (`the_largest_order_fits_into_a_message` measures it). A decoded message
/// takes up to a hundred times as much memory: an empty nested message is encoded in 2 bytes.
pub(super) const MAX_BYTES: usize = 64 * 1024;
/// gRPC's message prefix: compression flag and length.
const PREFIX: usize = 5;

/// Reads the whole message of a call before it is decoded: a decoded message takes many times as much
/// memory, and would stay in memory until the caller ends its request.
pub(super) async fn read<B>(body: B) -> Result<Bytes, Failure>
where
    B: Body<Data = Bytes, Error: Into<BoxError>>,
{
    match timeout(READ_TIMEOUT, Limited::new(body, PREFIX + MAX_BYTES).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(invalid(format!("is longer than {MAX_BYTES} bytes; send a smaller request")))
        }
        Ok(Err(error)) => Err(invalid(format!("cannot be read: {error}"))),
        Err(_) => Err(Failure::OutOfTime),
    }
}

fn invalid(description: String) -> Failure {
    Failure::Invalid(vec![FieldViolation { field: "message".to_owned(), description }])
}
