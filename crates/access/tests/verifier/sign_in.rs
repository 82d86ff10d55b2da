//! ID tokens of a sign-in that this server asked for (OpenID Connect Core 1.0 section 3.1.3.7).

use serde_json::{Value, json};
use testkit::issuer::{AUDIENCE, changed, now_s};

use super::{ISSUER, Inline, TokenError, claims};

const CLIENT: &str = "bellhop-sign-in";
const NONCE: &str = "n-0S6_WzA2Mj";

fn id_token() -> Value {
    changed(claims(), &json!({"aud": CLIENT, "nonce": NONCE}))
}

async fn signed_in(inline: &Inline, claims: &Value) -> Result<(String, String), TokenError> {
    let token = inline.key.token(claims);
    let user = inline.verifier.signed_in(&token, ISSUER, CLIENT, NONCE).await?;
    Ok((user.realm, user.id.as_str().to_owned()))
}

#[tokio::test]
async fn who_signed_in_is_the_user_that_their_access_token_names() {
    let alice = Ok((ISSUER.to_owned(), "alice".to_owned()));
    let inline = Inline::new("RS256");
    assert_eq!(signed_in(&inline, &id_token()).await, alice);
    for good in [json!({"aud": [CLIENT]}), json!({"aud": [CLIENT, "other"], "azp": CLIENT}), json!({"azp": CLIENT})] {
        assert_eq!(signed_in(&inline, &changed(id_token(), &good)).await, alice, "{good}");
    }
    let prefixed = Inline::with("RS256", |mut config| {
        config.user_prefix = Some("acme:".into());
        config
    });
    assert_eq!(signed_in(&prefixed, &id_token()).await, Ok((ISSUER.to_owned(), "acme:alice".to_owned())));
}

#[tokio::test]
async fn a_token_of_another_sign_in_client_issuer_or_time_is_refused() {
    let inline = Inline::new("RS256");
    let past = now_s() - 600;
    let tries = [
        (json!({"nonce": "another"}), TokenError::Type),
        (json!({"nonce": null}), TokenError::Type),
        (json!({"nonce": ""}), TokenError::Type),
        (json!({"nonce": [NONCE]}), TokenError::Type),
        (json!({"aud": "another"}), TokenError::Audience),
        (json!({"aud": AUDIENCE}), TokenError::Audience),
        (json!({"aud": []}), TokenError::Audience),
        (json!({"aud": [CLIENT, "another"]}), TokenError::Audience),
        (json!({"azp": "another"}), TokenError::Audience),
        (json!({"aud": [CLIENT, "another"], "azp": "another"}), TokenError::Audience),
        (json!({"iss": "https://other.test"}), TokenError::Issuer),
        (json!({"exp": past}), TokenError::Expired),
        (json!({"sub": null}), TokenError::NoUser),
    ];
    for (change, why) in tries {
        assert_eq!(signed_in(&inline, &changed(id_token(), &change)).await, Err(why), "{change}");
    }
    let another = Inline::new("RS256");
    let forged = another.key.token(&id_token());
    assert!(inline.verifier.signed_in(&forged, ISSUER, CLIENT, NONCE).await.is_err());
    let good = inline.key.token(&id_token());
    assert_eq!(inline.verifier.signed_in(&good, "https://other.test", CLIENT, NONCE).await, Err(TokenError::Issuer));
    let without = inline.key.token(&changed(id_token(), &json!({"nonce": ""})));
    assert_eq!(inline.verifier.signed_in(&without, ISSUER, CLIENT, "").await, Err(TokenError::Type));
    // It opens nothing by itself.
    assert!(inline.token(&good).await.is_err());
}
