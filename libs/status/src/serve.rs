/// Implements a generated service trait for a type whose own methods, of the same names, answer
/// with a message or an `errors::Failure`. Failures become statuses here.
#[macro_export]
macro_rules! serve {
    (
        impl $service:ident for $type:ident as $domain:expr;
        $($method:ident($request:ident) -> $response:ident;)*
    ) => {
        #[tonic::async_trait]
        impl $service for $type {
            $(
                async fn $method(
                    &self,
                    request: ::tonic::Request<pb::$request>,
                ) -> Result<::tonic::Response<pb::$response>, ::tonic::Status> {
                    $type::$method(self, request)
                        .await
                        .map(::tonic::Response::new)
                        .map_err(|failure| $crate::from_failure(failure, $domain))
                }
            )*
        }
    };
}
