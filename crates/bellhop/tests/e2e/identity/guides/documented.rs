use serde_json::json;
use testkit::issuer::SigningKey;

use super::Guide;

const SCOPES: &str = "access.read.scopes = [\"notes.read\"]\naccess.write.scopes = [\"notes.read\"]";

fn role(name: &str) -> String {
    format!("access.read.roles = [\"{name}\"]\naccess.write.roles = [\"{name}\"]")
}

#[tokio::test]
async fn auth0() {
    let api = "https://agents.example.com/mcp";
    let rules = format!("{SCOPES}\naccess.destroy.roles = [\"editor\"]");
    // Keys have `x5c` and `x5t` beside the rest.
    let jwk = json!({"use": "sig", "x5c": ["MIIC"], "x5t": "abc"});
    let guide = Guide::start("auth0", "RS256", json!({"typ": "JWT"}), jwk, &rules).await;
    let guide = guide.saying(json!({
        "sub": "auth0|6553da60a54af58e29493993", "aud": [api, "https://TENANT.eu.auth0.com/userinfo"],
        "azp": "K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja", "scope": "openid profile", "permissions": ["notes.read"],
        "https://example.com/roles": ["editor"],
    }));
    guide.takes(json!({}), "auth0|6553da60a54af58e29493993").await;
    let tools = guide.bellhop.mcp(&guide.token(&json!({}))).tool_names().await;
    assert!(tools.contains(&"notes_files_delete".to_owned()), "the role of the namespaced claim: {tools:?}");
    guide.takes(json!({"permissions": [], "scope": "openid notes.read"}), "auth0|6553da60a54af58e29493993").await;
    guide.refuses(json!({"iss": "https://TENANT.eu.auth0.com"}), "the issuer without its slash").await;
    guide.refuses(json!({"aud": "https://TENANT.eu.auth0.com/userinfo"}), "no audience was asked for").await;
    guide.refuses(json!({"aud": "K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja", "nonce": "n"}), "an id token").await;
    let machine = json!({"sub": "awZfdIir8@clients", "azp": "awZfdIir8", "gty": "client-credentials"});
    guide.refuses(machine, "a machine").await;
    // The profile of RFC 9068: typ at+jwt, client_id, no gty.
    let typed = Guide { header: json!({"alg": "RS256", "typ": "at+jwt", "kid": guide.key.kid}), ..guide };
    typed.takes(json!({"azp": null, "client_id": "K1AU", "jti": "73Wa"}), "auth0|6553da60a54af58e29493993").await;
    let machine = json!({"sub": "awZfdIir8@clients", "azp": null, "client_id": "awZfdIir8"});
    typed.refuses(machine, "a machine without gty").await;
}

#[tokio::test]
async fn clerk() {
    let header = json!({"typ": "JWT", "cat": "cl_B7d4PD111AAA"});
    let guide = Guide::start("clerk", "RS256", header, json!({"use": "sig"}), &role("admin")).await;
    let guide = guide.saying(json!({
        "azp": "https://app.example.com", "sub": "user_2abc", "sid": "sess_2abc", "v": 2, "fva": [7, -1], "sts": "active",
        "nbf": testkit::issuer::now_s() - 10, "jti": "1234567890",
        "o": {"id": "org_1", "slg": "acme", "rol": "admin", "per": "manage,read", "fpm": "3"},
    }));
    guide.takes(json!({}), "user_2abc").await;
    guide.refuses(json!({"azp": "https://evil.example"}), "a token that another page got").await;
    guide.refuses(json!({"azp": null}), "a token that does not say for which page").await;
    guide.refuses(json!({"aud": "convex"}), "a template for another service").await;
    guide.shows_nothing(json!({"o": null})).await;
}

#[tokio::test]
async fn supabase() {
    let user = "123e4567-e89b-12d3-a456-426614174000";
    let claims = json!({
        "sub": user, "aud": "authenticated", "role": "authenticated", "aal": "aal1", "session_id": "s", "email": "a@b.c",
        "phone": "", "is_anonymous": false, "app_metadata": {"provider": "email", "roles": ["editor"]},
        "user_metadata": {"roles": ["admin"]}, "amr": [{"method": "password", "timestamp": 1}],
    });
    let jwk = json!({"use": "sig", "key_ops": ["verify"], "ext": true});
    let modern = Guide::start("supabase", "ES256", json!({"typ": "JWT"}), jwk, &role("editor")).await;
    let secret = "the legacy secret of a project, 40 bytes";
    let legacy = SigningKey::of_secret("HS256", secret.as_bytes());
    let legacy = Guide::with_keys("supabase", legacy, json!({"typ": "JWT"}), &role("editor"), |auth| {
        auth.remove("jwks");
        auth.insert("secret".into(), secret.into());
    })
    .await;
    for guide in [modern, legacy] {
        let guide = guide.saying(claims.clone());
        guide.takes(json!({}), user).await;
        let service = json!({"iss": "supabase", "ref": "PROJECT", "role": "service_role", "sub": null, "aud": null});
        guide.refuses(service, "the key of the service role").await;
        guide.refuses(json!({"aud": "anon", "role": "anon"}), "another audience").await;
        guide.refuses(json!({"sub": null}), "no user").await;
        guide.shows_nothing(json!({"app_metadata": {}})).await;
    }
}

#[tokio::test]
async fn keycloak() {
    let guide = Guide::start("keycloak", "RS256", json!({"typ": "JWT"}), json!({"use": "sig"}), &role("editor")).await;
    let user = "f4b5a3a0-2f3b-4b53-9f0e-000000000001";
    let guide = guide.saying(json!({
        "sub": user, "aud": ["bellhop", "account"], "typ": "Bearer", "azp": "my-page", "sid": "s", "acr": "1", "jti": "onrtac:1",
        "allowed-origins": ["https://app.example.com"], "scope": "openid profile email", "preferred_username": "alice",
        "realm_access": {"roles": ["offline_access", "editor"]},
        "resource_access": {"account": {"roles": ["view-profile"]}},
    }));
    guide.takes(json!({}), user).await;
    guide.takes(json!({"realm_access": null, "resource_access": {"bellhop": {"roles": ["editor"]}}}), user).await;
    guide.shows_nothing(json!({"realm_access": null})).await;
    guide.refuses(json!({"aud": "account"}), "a token without the audience mapper").await;
    guide.refuses(json!({"typ": "ID", "aud": "bellhop"}), "an id token of the client bellhop").await;
    guide.refuses(json!({"typ": "Refresh"}), "a refresh token").await;
    let service = json!({"azp": "robot", "client_id": "robot", "preferred_username": "service-account-robot"});
    guide.refuses(service, "a service account").await;
    guide.refuses(json!({"sub": null}), "a lightweight token").await;
}

#[tokio::test]
async fn keycloak_without_the_mapper_by_its_client() {
    let key = SigningKey::new("the-key-of-this-provider", "RS256");
    let set = json!({"keys": [key.jwk()]});
    let guide = Guide::with_keys("keycloak", key, json!({"typ": "JWT"}), "", |auth| {
        auth.insert("jwks".into(), toml::Value::try_from(&set).expect("TOML"));
        auth.insert("audience".into(), "account".into());
        auth.insert("clients".into(), vec!["my-page"].into());
    });
    let guide = guide.await.saying(json!({"sub": "u1", "aud": "account", "typ": "Bearer", "azp": "my-page"}));
    guide.takes(json!({}), "u1").await;
    guide.refuses(json!({"azp": "another-page"}), "a token of another page of the realm").await;
}

#[tokio::test]
async fn entra() {
    // Its keys say neither `alg` nor who they belong to in a way that matters here.
    let jwk = json!({"alg": null, "use": "sig", "x5t": "x", "x5c": ["MIIC"], "issuer": "https://login.microsoftonline.com/TENANT_ID/v2.0"});
    let guide = Guide::start("entra", "RS256", json!({"typ": "JWT"}), jwk, SCOPES).await;
    let user = "00000000-0000-0000-66f3-3332eca7ea81";
    let guide = guide.saying(json!({
        "aud": "API_CLIENT_ID", "azp": "PAGE_CLIENT_ID", "azpacr": "0", "oid": user, "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
        "tid": "TENANT_ID", "scp": "notes.read User.Read", "ver": "2.0", "uti": "fqiBqXLPj0eQa82S-IYFAA", "rh": "0.AX",
        "nbf": testkit::issuer::now_s(), "aio": "x",
    }));
    guide.takes(json!({}), user).await;
    guide.shows_nothing(json!({"scp": "User.Read"})).await;
    guide.refuses(json!({"iss": "https://sts.windows.net/TENANT_ID/", "ver": "1.0"}), "a token of version 1").await;
    guide.refuses(json!({"iss": "https://login.microsoftonline.com/OTHER/v2.0"}), "another tenant").await;
    guide.refuses(json!({"aud": "00000003-0000-0000-c000-000000000000"}), "a token for Graph").await;
    guide.refuses(json!({"nonce": "678910", "scp": null}), "an id token of one registration for both").await;
    let app = json!({"scp": null, "roles": ["notes.all"], "sub": user, "azp": "ROBOT"});
    guide.refuses(app, "an application").await;
    guide.refuses(json!({"scp": null, "idtyp": "app"}), "an application that says so").await;
}

#[tokio::test]
async fn entra_version_1() {
    let key = SigningKey::new("the-key-of-this-provider", "RS256");
    let set = json!({"keys": [key.jwk()]});
    let header = json!({"typ": "JWT", "x5t": key.kid});
    let guide = Guide::with_keys("entra", key, header, SCOPES, |auth| {
        auth.insert("issuer".into(), "https://sts.windows.net/TENANT_ID/".into());
        auth.insert("audience".into(), "api://API_CLIENT_ID".into());
        auth.insert("jwks".into(), toml::Value::try_from(&set).expect("TOML"));
    });
    let guide = guide.await.saying(json!({
        "aud": "api://API_CLIENT_ID", "appid": "PAGE", "appidacr": "0", "oid": "o1", "sub": "s1", "tid": "TENANT_ID",
        "scp": "notes.read", "ver": "1.0", "unique_name": "alice@example.com",
    }));
    guide.takes(json!({}), "o1").await;
    guide.refuses(json!({"sub": "o1", "scp": null, "appid": "ROBOT"}), "an application").await;
}

#[tokio::test]
async fn cognito() {
    let guide = Guide::start("cognito", "RS256", json!({}), json!({"use": "sig"}), &role("editors")).await;
    let user = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
    let guide = guide.saying(json!({
        "sub": user, "client_id": "APP_CLIENT_ID", "token_use": "access", "scope": "aws.cognito.signin.user.admin",
        "cognito:groups": ["editors"], "username": "alice", "version": 2, "auth_time": 1, "event_id": "e", "jti": "j",
        "origin_jti": "o",
    }));
    guide.takes(json!({}), user).await;
    guide.refuses(json!({"client_id": "OTHER_CLIENT_ID"}), "a token of another app client").await;
    guide.refuses(json!({"client_id": null}), "a token of no client").await;
    let id = json!({"token_use": "id", "aud": "APP_CLIENT_ID", "client_id": null, "cognito:username": "alice"});
    guide.refuses(id, "an id token").await;
    guide.refuses(json!({"token_use": "id"}), "whatever says that it is an id token").await;
    guide.refuses(json!({"sub": "APP_CLIENT_ID"}), "client credentials").await;
    guide.shows_nothing(json!({"cognito:groups": null})).await;
}

#[tokio::test]
async fn firebase() {
    let guide = Guide::start("firebase", "RS256", json!({"typ": "JWT"}), json!({"use": "sig"}), "").await;
    let guide = guide.saying(json!({
        "aud": "PROJECT_ID", "auth_time": 1, "user_id": "uid1", "sub": "uid1", "email": "a@b.c", "email_verified": true,
        "firebase": {"identities": {"email": ["a@b.c"]}, "sign_in_provider": "password"},
    }));
    guide.takes(json!({}), "uid1").await;
    guide.refuses(json!({"aud": "OTHER", "iss": "https://securetoken.google.com/OTHER"}), "another project").await;
    guide.refuses(json!({"aud": "OTHER"}), "another audience").await;
    let cookie = json!({"iss": "https://session.firebase.google.com/PROJECT_ID"});
    guide.refuses(cookie, "a session cookie").await;
    let custom = json!({
        "iss": "firebase-adminsdk@PROJECT_ID.iam.gserviceaccount.com", "sub": "firebase-adminsdk@PROJECT_ID.iam.gserviceaccount.com",
        "aud": "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit", "uid": "uid1",
    });
    guide.refuses(custom, "a custom token").await;
}

/// What Firebase's guide names holds certificates by key id.
#[tokio::test]
async fn the_certificates_of_firebase_are_no_key_set() {
    let issuer = testkit::issuer::Issuer::start("RS256").await;
    let certificates = json!({"the-key": "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n"});
    issuer.serve("/x509", testkit::issuer::Answer::Json(certificates));
    let keys = access::Keys::JwksUrl(format!("{}/x509", issuer.url()));
    let config = access::IssuerConfig::new(issuer.url(), "PROJECT_ID", keys);
    let verifier = access::Verifier::new(vec![config], access::VerifierOptions::default()).expect("a configuration");
    assert!(verifier.ready().await.is_err());
}
