//! Names of attributes and metrics, by the semantic conventions of OpenTelemetry 1.44.

/// Which RPC system: always `grpc`.
pub const RPC_SYSTEM: &str = "rpc.system.name";
/// The full name of a method, such as `csp.ordering.v1.OrderingService/PlaceOrder`.
pub const RPC_METHOD: &str = "rpc.method";
/// What was called where [`RPC_METHOD`] is [`OTHER`]. On spans only, since a caller chooses it.
pub const RPC_METHOD_ORIGINAL: &str = "rpc.method_original";
/// The code that a call ended with, as in `NOT_FOUND`.
pub const RPC_STATUS: &str = "rpc.response.status_code";
/// Why something failed: a code, or [`OTHER`]. Absent where nothing did.
pub const ERROR_TYPE: &str = "error.type";
/// What has no name of its own.
pub const OTHER: &str = "_OTHER";

/// How long calls took that came in.
pub const SERVER_DURATION: &str = "rpc.server.call.duration";
/// How long calls took that went out.
pub const CLIENT_DURATION: &str = "rpc.client.call.duration";
/// Calls that came in and are not answered yet.
pub const IN_FLIGHT: &str = "csp.rpc.server.calls_in_flight";
/// Whether a service says that it can be called: 1, or 0.
pub const SERVING: &str = "csp.health.serving";
/// Always 1; its attributes tell what was built.
pub const BUILD: &str = "csp.build.info";

/// Upper bounds of the buckets of every duration, in seconds: those that gRPC recommends for
/// latencies (gRFC A66), which begin at 10 µs.
pub const SECONDS: [f64; 41] = [
    0.0, 0.000_01, 0.000_05, 0.000_1, 0.000_3, 0.000_6, 0.000_8, 0.001, 0.002, 0.003, 0.004, 0.005,
    0.006, 0.008, 0.01, 0.013, 0.016, 0.02, 0.025, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.13, 0.16,
    0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0,
];
