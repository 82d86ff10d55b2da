use std::sync::OnceLock;
use std::time::Duration;

use access::{
    Caller, DevIssuer, Effect, IssuerConfig, Keys, Permit, Policy, ResourcePolicy, Verifier, VerifierOptions,
};
use connector::{Context, Operation};
use serde_json::{Value, json};

/// The most bytes of data in an answer of a test.
const RESULT_BYTES_MAX: usize = 1024 * 1024;

/// A user whose token was signed by a throwaway key and then verified.
pub async fn caller(id: &str) -> Caller {
    caller_with(id, json!({})).await
}

/// The same with further claims, given as an object.
pub async fn caller_with(id: &str, claims: Value) -> Caller {
    static ISSUER: OnceLock<(DevIssuer, Verifier)> = OnceLock::new();
    let (issuer, verifier) = ISSUER.get_or_init(|| {
        let issuer = DevIssuer::new("https://issuer.test", "https://bellhop.test").expect("a key can be made");
        let config = IssuerConfig::new(issuer.issuer(), issuer.audience(), Keys::Jwks(issuer.jwks()));
        let verifier = Verifier::new(vec![config], VerifierOptions::default()).expect("the configuration is good");
        (issuer, verifier)
    });
    let Value::Object(mut claims) = claims else { panic!("claims are an object, not {claims}") };
    claims.insert("sub".into(), id.into());
    let token = issuer.token(claims, Duration::from_secs(3600)).expect("the token can be signed");
    verifier.verify(&token).await.unwrap_or_else(|error| panic!("{id:?} makes no caller: {error}"))
}

/// A permit for this one call, by a policy that allows everything on that resource.
pub fn permit(caller: &Caller, resource: &str, operation: &Operation, effect: Effect) -> Permit {
    Policy::new([(resource.to_owned(), ResourcePolicy::default())])
        .permit(caller, resource, operation.target(), effect)
        .expect("the policy allows everything")
}

/// A context with a mebibyte for the answer.
pub fn context() -> Context {
    Context::new("test", RESULT_BYTES_MAX)
}
