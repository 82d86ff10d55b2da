#[path = "../tests/http/resource.rs"]
mod resource;
use std::sync::Arc;
use std::time::Duration;
use access::*;
use gateway::*;
use connector::Connector;
#[tokio::main]
async fn main() {
    let issuer = DevIssuer::new("https://issuer.test", "https://bellhop.test/mcp").unwrap();
    let accepted = IssuerConfig::new(issuer.issuer(), issuer.audience(), Keys::Jwks(issuer.jwks()));
    let verifier = Verifier::new(vec![accepted], VerifierOptions::default()).unwrap();
    let desk = resource::Notes::new("desk");
    let policy = Policy::new([("desk".into(), ResourcePolicy::default())]);
    let app = bellhop_server::App {
        gateway: Gateway::new([("desk".to_string(), Arc::new(desk) as Arc<dyn Connector>)], policy, Options{calls_per_minute_max:1000000,..Options::default()}, Audit::default(), None).unwrap(),
        verifier,
        agent: Arc::new(bellhop_server::Agent::new(agent::Model::BuiltIn, agent::Limits::default(), None).unwrap()),
        config: bellhop_server::Config::default(),
        authorization_servers: vec!["https://issuer.test".into()],
    };
    let claims = serde_json::json!({"sub": "alice"}).as_object().unwrap().clone();
    std::fs::write("/tmp/srv-token", issuer.token(claims, Duration::from_secs(36000)).unwrap()).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8137").await.unwrap();
    bellhop_server::serve(listener, app, async { tokio::signal::ctrl_c().await.unwrap() }).await.unwrap();
}
