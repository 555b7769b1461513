//! Names of attributes and metrics, by the semantic conventions of OpenTelemetry 1.44.

/// The RPC system: always `grpc`.
pub const RPC_SYSTEM: &str = "rpc.system.name";
/// The full name of a method, such as `csp.ordering.v1.OrderingService/PlaceOrder`.
pub const RPC_METHOD: &str = "rpc.method";
/// The called method if [`RPC_METHOD`] is [`OTHER`]. On spans only, because the caller chooses it.
pub const RPC_METHOD_ORIGINAL: &str = "rpc.method_original";
/// The status code of a call, such as `NOT_FOUND`.
pub const RPC_STATUS: &str = "rpc.response.status_code";
/// The error: a status code, or [`OTHER`]. Absent without an error.
pub const ERROR_TYPE: &str = "error.type";
/// Any value without a name of its own.
pub const OTHER: &str = "_OTHER";

/// Duration of incoming calls.
pub const SERVER_DURATION: &str = "rpc.server.call.duration";
/// Duration of outgoing calls.
pub const CLIENT_DURATION: &str = "rpc.client.call.duration";
/// Incoming calls in flight.
pub const IN_FLIGHT: &str = "csp.rpc.server.calls_in_flight";
/// Whether a service reports that it is healthy: 1 or 0.
pub const SERVING: &str = "csp.health.serving";
/// Always 1; its attributes name version and commit.
pub const BUILD: &str = "csp.build.info";

/// Upper bounds of the buckets of every duration, in seconds: gRPC's recommendation for latencies
/// (gRFC A66), which begins at 10 µs.
pub const SECONDS: [f64; 41] = [
    0.0, 0.000_01, 0.000_05, 0.000_1, 0.000_3, 0.000_6, 0.000_8, 0.001, 0.002, 0.003, 0.004, 0.005,
    0.006, 0.008, 0.01, 0.013, 0.016, 0.02, 0.025, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.13, 0.16,
    0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0,
];
