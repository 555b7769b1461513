//! A minimal HTTP/1.1 client.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// A response as text.
#[derive(Debug)]
pub struct Response {
    /// Its status code.
    pub status: u16,
    /// In lower case, one per line.
    pub headers: String,
    /// Its content.
    pub body: String,
}

/// Gets a path.
///
/// # Errors
/// If the server cannot be reached, or does not answer in time.
pub fn get(address: &str, path: &str) -> std::io::Result<Response> {
    send(address, &format!("GET {path} HTTP/1.1"), &[], b"")
}

/// Gets a path, as if the server were reached under this host.
///
/// # Errors
/// If the server cannot be reached, or does not answer in time.
pub fn get_from(address: &str, host: &str, path: &str) -> std::io::Result<Response> {
    send(address, &format!("GET {path} HTTP/1.1"), &[("host", host)], b"")
}

/// Sends a request without a body.
///
/// # Errors
/// If the server cannot be reached, or does not answer in time.
pub fn request(address: &str, method: &str, path: &str) -> std::io::Result<Response> {
    send(address, &format!("{method} {path} HTTP/1.1"), &[], b"")
}

/// Calls a method with JSON.
///
/// # Errors
/// If the server cannot be reached, or does not answer in time.
pub fn post_json(address: &str, method: &str, body: &str) -> std::io::Result<Response> {
    let headers = [("content-type", "application/json")];
    send(address, &format!("POST /{method} HTTP/1.1"), &headers, body.as_bytes())
}

/// Calls a method with an empty gRPC message and a deadline such as `300m`.
///
/// # Errors
/// If the server cannot be reached, or does not answer in time.
pub fn post_grpc(address: &str, method: &str, deadline: &str) -> std::io::Result<Response> {
    let headers =
        [("content-type", "application/grpc"), ("te", "trailers"), ("grpc-timeout", deadline)];
    send(address, &format!("POST /{method} HTTP/1.1"), &headers, &[0; 5])
}

fn send(
    address: &str,
    request: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<Response> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let host = headers.iter().find(|(name, _)| *name == "host").map_or(address, |(_, host)| host);
    let headers = headers.iter().filter(|(name, _)| *name != "host");
    let headers: String = headers.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let head = format!(
        "{request}\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat())?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    let (head, body) = response.split_once("\r\n\r\n").unwrap_or((&response, ""));
    let (line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = line.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or_default();
    Ok(Response { status, headers: headers.to_lowercase(), body: body.to_owned() })
}
