//! Clients of other protocols than gRPC learn what a port serves.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::TcpStream,
    process::Command,
    time::Duration,
};

use tests::{Engine, process::Process};
use types::Clock;

use tests::http;

use crate::trio::Trio;

async fn onboarding() -> (Trio, Process, String) {
    let trio = Trio::on(Engine::Sqlite).await;
    let process = trio.start("onboarding").await;
    let address = trio.address("onboarding").to_owned();
    (trio, process, address)
}

/// What a port of onboarding answers to bytes of another protocol.
fn sentence(address: &str) -> String {
    format!(
        "this port serves gRPC (HTTP/2 without TLS) of onboarding; list its methods with \
         `grpcurl -plaintext {address} list`\n"
    )
}

/// All that a server sends after these bytes, until it closes the connection.
fn answer(address: &str, parts: &[&[u8]]) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    for part in parts {
        stream.write_all(part)?;
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http_1_request_gets_one_sentence() {
    let (_trio, _process, address) = onboarding().await;
    let expected = sentence(&address);
    let get = http::get(&address, "/").unwrap();
    assert_eq!((get.status, &*get.body), (400, &*expected));
    assert!(get.headers.contains("content-type: text/plain"), "{get:?}");
    let post = http::post_grpc(&address, "csp.onboarding.v1.OnboardingService/GetPartner", "1S");
    assert_eq!(post.unwrap().body, expected);
    // A body that the server does not need does not reset the connection.
    let head = b"POST / HTTP/1.1\r\ncontent-length: 60000\r\n\r\n";
    assert!(answer(&address, &[head, &[b'x'; 60_000]]).unwrap().ends_with(&expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_bytes_are_closed_without_an_answer() {
    let (_trio, _process, address) = onboarding().await;
    for bytes in [&b"\0\0\0\x08"[..], b"hello\r\n", b"\x16\x02\0\0"] {
        match answer(&address, &[bytes]) {
            Ok(answer) => assert_eq!(answer, ""),
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_without_end_is_closed() {
    let (_trio, _process, address) = onboarding().await;
    let mut stream = TcpStream::connect(&address).unwrap();
    let watch = Clock::system().stopwatch();
    stream.write_all(b"POST / HTTP/1.1\r\n").unwrap();
    while stream.write_all(&[b'x'; 1024]).is_ok() {
        assert!(watch.elapsed() < Duration::from_secs(20), "the connection is still open");
    }
}

/// curl and grpcurl say so in their own words, if they are installed.
#[tokio::test(flavor = "multi_thread")]
async fn a_tls_client_reports_that_the_port_does_not_speak_tls() {
    let (_trio, _process, address) = onboarding().await;
    // The start of a ClientHello. A client that prints what it received shows the sentence.
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    assert!(answer(&address, &[hello]).unwrap().ends_with(&sentence(&address)));
    let grpcurl = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/bin/grpcurl");
    let url = format!("https://{address}/");
    for (client, arguments, message) in [
        ("curl", ["-sSk", &url], "wrong version number"),
        (grpcurl, [&*address, "list"], "first record does not look like a TLS handshake"),
    ] {
        let Ok(output) = Command::new(client).args(arguments).output() else { continue };
        let printed = String::from_utf8_lossy(&output.stderr);
        assert!(printed.contains(message), "{client}: {printed}");
    }
}
