use std::time::Duration;

use rustls::ALL_VERSIONS;

use super::{
    clock, eventually,
    pki::{
        CALLER, Ca, Listener, client_config, client_params, server_config, server_params, write,
    },
};
use crate::{ClientFiles, ClientTls};

const OFTEN: Duration = Duration::from_millis(10);

#[tokio::test]
async fn a_listener_uses_replaced_files_without_a_restart() {
    let listener = Listener::start();
    let folder = listener.folder.path();
    listener.tls.watch(OFTEN);
    let (old, new) = (&listener.ca, Ca::root());
    let (old_client, new_client) = (old.issue(client_params()), new.issue(client_params()));
    let proven = format!("proven: {CALLER}");
    assert_eq!(listener.caller(&old_client).await, proven);

    write(folder, "ca.pem", &new.pem());
    new.issue(server_params("ordering.csp")).write(folder, "server");
    let as_new = || client_config(&new, Some(&new_client), ALL_VERSIONS);
    eventually(async || listener.connect(as_new()).await == proven).await;
    // The old CA is believed for neither side.
    let refused = listener.connect(client_config(&new, Some(&old_client), ALL_VERSIONS)).await;
    assert!(refused.contains("BadSignature"), "{refused}");
    let refused = listener.connect(client_config(old, Some(&new_client), ALL_VERSIONS)).await;
    assert!(refused.contains("handshake"), "{refused}");
}

#[tokio::test]
async fn unusable_files_leave_the_old_ones_in_use() {
    let listener = Listener::start();
    let folder = listener.folder.path();
    let client = listener.ca.issue(client_params());
    let proven = format!("proven: {CALLER}");
    assert_eq!(listener.tls.reload(), Ok(false));
    let server = listener.ca.issue(server_params("ordering.csp"));
    let key = std::fs::read_to_string(folder.join("server.key")).unwrap();
    for (name, text) in [
        ("server.key", server.key.serialize_pem()),
        ("server.key", key[..40].to_owned()),
        ("server.key", String::new()),
        ("server.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned()),
        ("ca.pem", String::new()),
        ("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned()),
    ] {
        let before = std::fs::read_to_string(folder.join(name)).unwrap();
        write(folder, name, &text);
        let error = listener.tls.reload().unwrap_err();
        assert!(error.contains("server.") || error.contains("ca.pem"), "{error}");
        assert!(!error.contains(key.lines().nth(1).unwrap()), "{error}");
        // The same content is not reported twice.
        assert_eq!(listener.tls.reload(), Ok(false));
        assert_eq!(listener.caller(&client).await, proven, "{name}");
        write(folder, name, &before);
        assert_eq!(listener.tls.reload(), Ok(true));
    }
    std::fs::remove_file(folder.join("server.pem")).unwrap();
    assert!(listener.tls.reload().unwrap_err().contains("server.pem: No such file"));
    assert_eq!(listener.caller(&client).await, proven);
    // The second half of a new pair may come later than the first.
    server.write(folder, "server");
    assert_eq!(listener.tls.reload(), Ok(true));
    assert_eq!(listener.caller(&client).await, proven);
}

#[tokio::test]
async fn a_client_uses_replaced_files_without_a_restart() {
    let listener = Listener::start();
    let folder = listener.folder.path();
    let (old, new) = (&listener.ca, Ca::root());
    let key_pair = Some(old.issue(client_params()).write(folder, "client"));
    let files = ClientFiles { ca: write(folder, "servers.pem", &old.pem()), key_pair };
    let client = ClientTls::load(files, clock()).unwrap();
    client.watch(OFTEN);
    let served = async |ca: &Ca| {
        let server = server_config(&ca.issue(server_params("ordering.csp")));
        super::tls::call(&client, server, "ordering.csp").await == "connected"
    };
    assert!(served(old).await && !served(&new).await);
    write(folder, "servers.pem", &new.pem());
    new.issue(client_params()).write(folder, "client");
    eventually(async || served(&new).await).await;
    assert!(!served(old).await);
}
