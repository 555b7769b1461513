//! What a client sends first: the preface of HTTP/2, or another protocol, which gets one sentence.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy, sink},
    net::TcpStream,
    time::{sleep, timeout},
};

/// What an HTTP/2 client sends first. A connection without it is closed after the timeout.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const PREFACE_TIMEOUT: Duration = Duration::from_secs(10);
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// How long a client of another protocol may take to read its answer, and most bytes that it may send
/// meanwhile.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);
const MAX_DISCARDED: u64 = 64 * 1024;

/// The protocol of a client, by its first bytes.
#[derive(Debug, PartialEq, Eq)]
enum Protocol {
    Http2,
    Tls,
    Http1,
    Other,
}

/// What a client begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Opening {
    Http2,
    Tls,
}

/// Waits for HTTP/2's preface, or for a TLS handshake if the port `speaks_tls`; hyper would wait without a
/// limit. `None` for anything else; a client of HTTP/1.x, or of TLS on a port without it, gets a sentence
/// that states what the port serves.
pub(super) async fn opening(
    stream: &mut TcpStream,
    service: &str,
    speaks_tls: bool,
) -> Option<Opening> {
    match timeout(PREFACE_TIMEOUT, protocol(stream)).await {
        Ok(Ok(Protocol::Http2)) => Some(Opening::Http2),
        Ok(Ok(Protocol::Tls)) if speaks_tls => Some(Opening::Tls),
        Ok(Ok(Protocol::Http1 | Protocol::Tls)) => {
            let _ = timeout(ANSWER_TIMEOUT, answer(stream, service, speaks_tls)).await;
            None
        }
        Ok(Ok(Protocol::Other) | Err(_)) | Err(_) => None,
    }
}

/// Peeks until the bytes decide.
async fn protocol(stream: &TcpStream) -> io::Result<Protocol> {
    let mut bytes = [0; PREFACE.len()];
    loop {
        stream.readable().await?;
        let count = stream.peek(&mut bytes).await?;
        if let Some(protocol) = recognize(&bytes[..count]) {
            return Ok(protocol);
        }
        sleep(POLL_INTERVAL).await;
    }
}

/// `None` if more bytes are needed. No bytes are the end of the connection.
fn recognize(bytes: &[u8]) -> Option<Protocol> {
    match bytes {
        PREFACE => Some(Protocol::Http2),
        [_, ..] if PREFACE.starts_with(bytes) => None,
        // A method of HTTP/1.x; below, a handshake record of TLS.
        [b'A'..=b'Z', ..] => Some(Protocol::Http1),
        [0x16] | [0x16, 0x03, ..] => Some(Protocol::Tls),
        _ => Some(Protocol::Other),
    }
}

/// Answers in HTTP/1.1 and closes. 400, because proxies retry 5xx. Clients of TLS get the same: they
/// report that the server does not speak TLS ("first record does not look like a TLS handshake", "wrong
/// version number"), while they would report any alert as a mismatch of versions or ciphers.
async fn answer(stream: &mut TcpStream, service: &str, speaks_tls: bool) -> io::Result<()> {
    let local = stream.local_addr()?;
    let address = SocketAddr::new(local.ip().to_canonical(), local.port());
    let (tls, flags) =
        if speaks_tls { ("with", "-cacert ca.pem") } else { ("without", "-plaintext") };
    let text = format!(
        "this port serves gRPC (HTTP/2 {tls} TLS) of {service}; list its methods with \
         `grpcurl {flags} {address} list`\n"
    );
    let head = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        text.len()
    );
    stream.write_all(format!("{head}{text}").as_bytes()).await?;
    stream.shutdown().await?;
    // Closing with unread bytes would reset the connection, and the client could lose the answer.
    copy(&mut stream.take(MAX_DISCARDED), &mut sink()).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_state_the_protocol() {
        for end in 1..PREFACE.len() {
            assert_eq!(recognize(&PREFACE[..end]), None, "{end}");
        }
        assert_eq!(recognize(PREFACE), Some(Protocol::Http2));
        for request in ["G", "GET / HTTP/1.1", "POST / HTTP/1.1", "PRI * HTTP/1.1", "PUT"] {
            assert_eq!(recognize(request.as_bytes()), Some(Protocol::Http1), "{request}");
        }
        for hello in [&b"\x16"[..], b"\x16\x03", b"\x16\x03\x01\x02\x00\x01"] {
            assert_eq!(recognize(hello), Some(Protocol::Tls));
        }
        for other in [&b""[..], b"\x16\x02", b"\0", b"get", b"\xff", b" GET"] {
            assert_eq!(recognize(other), Some(Protocol::Other));
        }
    }
}
