//! Stores that want to know who comes, and say who they are.

use std::path::Path;

use bellhop_connector_settings::{Config, Settings};
use connector::ErrorKind;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use serde_json::json;
use tempfile::TempDir;
use testkit::nats::Nats;
use testkit::redis::Redis;

use crate::support::{Bench, RESOURCE, kind};

/// A folder with an authority (`ca.pem`), what it signed for the server and for a client, and another authority.
fn certificates() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).expect("it is written");
    let authority = |name: &str| {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        (certificate.pem(), Issuer::new(params, key))
    };
    let (pem, issuer) = authority("the authority of this test");
    write("ca.pem", pem);
    write("other.pem", authority("another authority").0);
    for name in ["server", "client"] {
        let mut params = CertificateParams::new(vec!["localhost".into(), "127.0.0.1".into()]).expect("names");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().expect("a key");
        write(&format!("{name}.pem"), params.signed_by(&key, &issuer).expect("a certificate").pem());
        write(&format!("{name}.key"), key.serialize_pem());
    }
    folder
}

fn with(config: Config, folder: &Path, ca: &str, client: bool) -> Config {
    Config {
        base: folder.to_owned(),
        ca: Some(ca.into()),
        client_cert: client.then(|| "client.pem".into()),
        client_key: client.then(|| "client.key".into()),
        timeout_ms: 3_000,
        ..config
    }
}

async fn only_with_the_right_certificates(config: Config, folder: &Path) {
    let bench = Bench::open(with(config.clone(), folder, "ca.pem", true)).await;
    bench.set("alice", "theme", json!("dark")).await;
    assert_eq!(bench.value("alice", "theme").await, "dark");
    for (ca, client) in [("other.pem", true), ("ca.pem", false)] {
        let refused = Settings::connect(RESOURCE, with(config.clone(), folder, ca, client)).await;
        assert_eq!(kind(refused), ErrorKind::Unavailable, "{ca} {client}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_over_tls_with_certificates_of_both() {
    let folder = certificates();
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|it| it.local_addr()).expect("a port").port();
    let at = folder.path().display();
    let _server = Redis::with(&format!(
        "tls-port {port}\ntls-cert-file {at}/server.pem\ntls-key-file {at}/server.key\ntls-ca-cert-file {at}/ca.pem"
    ))
    .await;
    only_with_the_right_certificates(Config::at(format!("rediss://127.0.0.1:{port}")), folder.path()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nats_over_tls_with_certificates_of_both() {
    let folder = certificates();
    let at = folder.path().display();
    let server = Nats::with(&format!(
        "tls {{ cert_file: \"{at}/server.pem\", key_file: \"{at}/server.key\", ca_file: \"{at}/ca.pem\", verify: true }}"
    ))
    .await;
    let url = format!("tls://127.0.0.1:{}", server.port());
    only_with_the_right_certificates(Config::at(url), folder.path()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_wrong_is_refused_and_never_shown() {
    let redis = Redis::with("user bellhop on >p%40ss/word ~bellhop:* +@all\nuser default off\n").await;
    let nats = Nats::with("authorization { user: bellhop, password: \"p%40ss/word\" }").await;
    for (scheme, port) in [("redis", redis.port()), ("nats", nats.port())] {
        let right = Config::at(format!("{scheme}://bellhop:p%2540ss%2Fword@127.0.0.1:{port}"));
        Bench::open(right).await.set("alice", "theme", json!(1)).await;
        let apart = Config {
            username: Some("bellhop".into()),
            password: Some("p%40ss/word".into()),
            ..Config::at(format!("{scheme}://127.0.0.1:{port}"))
        };
        assert_eq!(Bench::open(apart.clone()).await.value("alice", "theme").await, 1);
        let wrong = Config { password: Some("not-the-password".into()), ..apart };
        let shown = format!("{wrong:?}");
        let error = Settings::connect(RESOURCE, wrong).await.expect_err("it is refused");
        assert!(matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::InvalidArgument), "{error:?}");
        for text in [shown, format!("{error:?}"), error.message().to_owned()] {
            assert!(!text.contains("not-the-password") && !text.contains("p%40ss"), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nats_by_nkey() {
    // From the documentation of NATS: a user's key pair that nobody uses.
    let seed = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
    let server =
        Nats::with("authorization { users: [{ nkey: UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4 }] }")
            .await;
    let config = Config { nkey: Some(seed.into()), ..Config::at(server.url()) };
    Bench::open(config).await.set("alice", "theme", json!(1)).await;
    assert_eq!(kind(Settings::connect(RESOURCE, Config::at(server.url())).await), ErrorKind::Unavailable);
}
