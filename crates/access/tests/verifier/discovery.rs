use bellhop_access::{FetchError, IssuerConfig, Keys, VerifierOptions, discover};
use serde_json::json;
use testkit::StillClock;
use testkit::issuer::{AUDIENCE, Answer, Issuer, changed};

use super::verifier;

#[tokio::test]
async fn the_keys_are_where_openid_configuration_says() {
    let issuer = Issuer::start("EdDSA").await;
    let document = json!({"issuer": issuer.url(), "jwks_uri": issuer.jwks_url()});
    issuer.serve("/.well-known/openid-configuration", Answer::Json(document));
    assert_eq!(discover(&issuer.url()).await.unwrap(), issuer.jwks_url());
}

#[tokio::test]
async fn the_well_known_path_stands_before_the_issuers_own() {
    let issuer = Issuer::start("EdDSA").await;
    let tenant = format!("{}/tenants/one", issuer.url());
    let document = json!({"issuer": tenant, "jwks_uri": issuer.jwks_url()});
    issuer.serve("/.well-known/oauth-authorization-server/tenants/one", Answer::Json(document));
    assert_eq!(discover(&tenant).await.unwrap(), issuer.jwks_url());
}

#[tokio::test]
async fn an_issuer_with_a_slash_at_its_end_is_found_and_kept_as_it_is() {
    let issuer = Issuer::start("EdDSA").await;
    let with_slash = format!("{}/", issuer.url());
    let document = json!({"issuer": with_slash, "jwks_uri": issuer.jwks_url()});
    issuer.serve("/.well-known/openid-configuration", Answer::Json(document));
    assert_eq!(discover(&with_slash).await.unwrap(), issuer.jwks_url());
    assert!(discover(&issuer.url()).await.is_err(), "the document is of another issuer");
}

#[tokio::test]
async fn better_auth_is_found_without_a_document() {
    let issuer = Issuer::start("EdDSA").await;
    issuer.serve("/api/auth/jwks", Answer::Json(json!({"keys": [issuer.key.jwk()]})));
    assert_eq!(discover(&issuer.url()).await.unwrap(), format!("{}/api/auth/jwks", issuer.url()));
}

#[tokio::test]
async fn a_document_that_is_wrong_leads_nowhere() {
    let issuer = Issuer::start("EdDSA").await;
    let good = json!({"issuer": issuer.url(), "jwks_uri": issuer.jwks_url()});
    for changes in [
        json!({"issuer": "https://other.test"}),
        json!({"issuer": null}),
        json!({"jwks_uri": null}),
        json!({"jwks_uri": 7}),
        json!({"jwks_uri": "file:///etc/passwd"}),
        json!({"jwks_uri": "/jwks"}),
    ] {
        issuer.serve("/.well-known/openid-configuration", Answer::Json(changed(good.clone(), &changes)));
        assert!(matches!(discover(&issuer.url()).await, Err(FetchError::NotFound { .. })), "{changes}");
    }
}

#[tokio::test]
async fn a_verifier_discovers_at_first_use_and_again_after_a_failure() {
    let issuer = Issuer::start("EdDSA").await;
    let config = IssuerConfig::new(issuer.url(), AUDIENCE, Keys::Discover);
    let clock = StillClock::new();
    let options = VerifierOptions { clock: clock.clock(), ..VerifierOptions::default() };
    let patient = bellhop_access::Verifier::new(vec![config.clone()], options).unwrap();
    assert!(patient.verify(&issuer.token("alice")).await.unwrap_err().is_unavailable());

    let document = json!({"issuer": issuer.url(), "jwks_uri": issuer.jwks_url()});
    issuer.serve("/.well-known/openid-configuration", Answer::Json(document));
    let fresh = verifier(config);
    assert_eq!(fresh.verify(&issuer.token("alice")).await.unwrap().id().as_str(), "alice");
    clock.advance_s(6);
    assert_eq!(patient.verify(&issuer.token("alice")).await.unwrap().id().as_str(), "alice");
}
