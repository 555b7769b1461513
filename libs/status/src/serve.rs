/// Implements a generated service trait for a type whose own methods, of the same names, answer
/// with a message or an `errors::Failure`. Failures become statuses here. Each method states its
/// `authority::Policy`, who may call it.
#[macro_export]
macro_rules! serve {
    (
        impl $service:ident for $type:ident as $domain:expr;
        $($method:ident($request:ident) -> $response:ident, $policy:expr;)*
    ) => {
        #[tonic::async_trait]
        impl $service for $type {
            $(
                async fn $method(
                    &self,
                    request: ::tonic::Request<pb::$request>,
                ) -> Result<::tonic::Response<pb::$response>, ::tonic::Status> {
                    let method = stringify!($request).trim_end_matches("Request");
                    let response = async {
                        let request = $crate::Request::authorize(request, method, $policy)?;
                        $type::$method(self, request).await
                    };
                    response
                        .await
                        .map(::tonic::Response::new)
                        .map_err(|failure| $crate::from_failure(failure, $domain))
                }
            )*
        }
    };
}
