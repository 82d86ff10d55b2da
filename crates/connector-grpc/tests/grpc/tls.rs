//! TLS, with a certificate of one's own authority, and with one of this side's too.

use std::path::Path;

use bellhop_connector_grpc::Grpc;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::grpc::Notes;
use upstream::NoSources;

use crate::support::{NAME, World, config};

/// An authority, and certificates of it for `localhost` and for this side.
struct Pki {
    folder: TempDir,
}

impl Pki {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.distinguished_name.push(DnType::CommonName, "an authority of these tests");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        for (name, host, purpose) in [
            ("server", "localhost", ExtendedKeyUsagePurpose::ServerAuth),
            ("other", "elsewhere.example", ExtendedKeyUsagePurpose::ServerAuth),
            ("client", "bellhop.example", ExtendedKeyUsagePurpose::ClientAuth),
        ] {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
            params.distinguished_name.push(DnType::CommonName, host);
            params.extended_key_usages = vec![purpose];
            let certificate = params.signed_by(&key, &authority).unwrap();
            std::fs::write(folder.path().join(format!("{name}.pem")), certificate.pem()).unwrap();
            std::fs::write(folder.path().join(format!("{name}.key")), key.serialize_pem()).unwrap();
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> &str {
        // Names are ours.
        let path: &Path = self.folder.path();
        Box::leak(path.join(name).to_string_lossy().into_owned().into_boxed_str())
    }

    async fn server(&self, name: &str, more: &[(&str, &str)]) -> Notes {
        let mut tls = json!({"cert": self.path(&format!("{name}.pem")), "key": self.path(&format!("{name}.key"))});
        for (key, file) in more {
            tls[*key] = self.path(file).into();
        }
        Notes::with(json!({"tls": tls})).await
    }
}

fn keys(server: &Notes, more: Value) -> Value {
    let mut keys = json!({"url": server.secure_url(), "credential": {"claim": "notes"}, "http": {"retries": 0}});
    for (name, value) in more.as_object().unwrap() {
        keys[name] = value.clone();
    }
    keys
}

async fn refused(server: &Notes, more: Value) -> String {
    let refused = Grpc::connect(NAME, config(server, keys(server, more)), &NoSources).await;
    refused.expect_err("it is refused").message().to_owned()
}

#[tokio::test]
async fn a_server_is_believed_by_the_authority_that_configuration_names() {
    let pki = Pki::new();
    let server = pki.server("server", &[]).await;
    let world = World::open(&server, keys(&server, json!({"http": {"ca": pki.path("ca.pem")}}))).await;
    let note = world.call(&world.alice, "Notes_CreateNote", json!({"title": "sealed"})).await;
    assert_eq!(note["title"], "sealed");
    let unknown = refused(&server, json!({})).await;
    assert!(unknown.contains("an unknown authority signed it") && unknown.contains("http.ca"), "{unknown}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let pki = Pki::new();
    let server = pki.server("other", &[]).await;
    let other = refused(&server, json!({"http": {"ca": pki.path("ca.pem"), "retries": 0}})).await;
    assert!(other.contains("it is for another name"), "{other}");
}

#[tokio::test]
async fn this_side_shows_its_own_certificate_where_it_is_asked_for_one() {
    let pki = Pki::new();
    let server = pki.server("server", &[("client_ca", "ca.pem")]).await;
    let ca = json!({"ca": pki.path("ca.pem"), "retries": 0});
    let nobody = refused(&server, json!({"http": ca})).await;
    assert!(!nobody.is_empty());
    let half = refused(&server, json!({"http": ca, "client_cert": pki.path("client.pem")})).await;
    assert!(half.contains("go together"), "{half}");
    let no_pem =
        refused(&server, json!({"http": ca, "client_cert": pki.path("client.pem"), "client_key": file!()})).await;
    assert!(no_pem.contains("is not PEM") || no_pem.contains("cannot be read"), "{no_pem}");
    let both = json!({"http": ca, "client_cert": pki.path("client.pem"), "client_key": pki.path("client.key")});
    let world = World::open(&server, keys(&server, both)).await;
    assert_eq!(world.call(&world.bob, "Notes_ListNotes", json!({})).await, json!({}));
}
