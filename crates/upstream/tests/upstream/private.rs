use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bellhop_upstream::{Client, ClientConfig, ConfigError, Dialer, Names, Origin};
use connector::ErrorKind;

use crate::support::{Peer, client, config, get, json};

/// A name server that says each of these in turn, and the last for ever.
#[derive(Debug)]
struct Says {
    answers: Vec<Vec<&'static str>>,
    asked: AtomicUsize,
}

impl Says {
    fn new(answers: &[&[&'static str]]) -> Arc<Self> {
        let answers = answers.iter().map(|answer| answer.to_vec()).collect();
        Arc::new(Self { answers, asked: AtomicUsize::new(0) })
    }
}

#[async_trait::async_trait]
impl Names for Says {
    async fn lookup(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        let at = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        Ok(self.answers[at].iter().map(|address| address.parse().unwrap()).collect())
    }
}

fn named(base: &str, config: &ClientConfig, names: Arc<Says>) -> (Client, Origin) {
    let origin = Origin::parse(base).unwrap();
    (Client::with_names(vec![origin.clone()], config, names).unwrap(), origin)
}

fn impatient() -> ClientConfig {
    ClientConfig { retries: 0, timeout_ms: 300, connect_timeout_ms: 200, ..config() }
}

/// Addresses that no name of the internet should lead to, in every way to write them.
const PRIVATE: &[&str] = &[
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2606:4700::5efe:127.0.0.1",
    "2606:4700::200:5efe:10.0.0.1",
    "4000::1",
];

/// A name server to which every host is the address of that number above.
#[derive(Debug)]
struct Numbered;

#[async_trait::async_trait]
impl Names for Numbered {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let at = host.trim_start_matches('h').trim_end_matches(".example.com").parse::<usize>().unwrap();
        Ok(vec![PRIVATE[at].parse().unwrap()])
    }
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_not_called() {
    let origins = (0..PRIVATE.len()).map(|at| Origin::parse(&format!("http://h{at}.example.com")).unwrap());
    let origins = origins.collect::<Vec<_>>();
    let client = Client::with_names(origins.clone(), &impatient(), Arc::new(Numbered)).unwrap();
    for (address, origin) in PRIVATE.iter().zip(&origins) {
        let error = client.send(get(origin, "/")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{address}: {error:?}");
        assert!(!format!("{error:?}").contains(address));
    }
}

#[tokio::test]
async fn an_address_that_only_the_description_names_is_not_called() {
    let base = |address: &&str| {
        if address.contains(':') { format!("http://[{address}]") } else { format!("http://{address}") }
    };
    let origins = PRIVATE.iter().map(|address| Origin::described(&base(address)).unwrap()).collect::<Vec<_>>();
    let client = Client::new(origins.clone(), &impatient()).unwrap();
    for (address, origin) in PRIVATE.iter().zip(&origins) {
        let error = client.send(get(origin, "/")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{address}: {error:?}");
    }
}

#[tokio::test]
async fn every_way_to_write_the_loopback_address_is_seen_through() {
    let canary = Peer::canary("127.0.0.1:0").await;
    let port = canary.address.port();
    let hosts = [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7F.1",
        "017700000001",
        "0177.0.0.1",
        "0177.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "127.0.0.1.",
        "127。0。0。1",
        "127．0．0．1",
        "127｡0｡0｡1",
        "①②⑦.⓪.⓪.①",
        "１２７.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "ｌｏｃａｌｈｏｓｔ",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "0",
        "0.0.0.0",
        "[::]",
        "0x0",
        "127.0.0.1%2f",
        "127.0.0.1%00",
    ];
    let origins = hosts.map(|host| (host, Origin::described(&format!("http://{host}:{port}/")).ok()));
    let client = Client::new(origins.iter().filter_map(|(_, origin)| origin.clone()).collect(), &impatient()).unwrap();
    for (host, origin) in origins {
        let Some(origin) = origin else { continue };
        let error = client.send(get(&origin, "/")).await.expect_err(host);
        // A machine may not know this one.
        let is_unknown = host.ends_with("host.") && error.kind() == ErrorKind::Unavailable;
        assert!(is_unknown || error.kind() == ErrorKind::PermissionDenied, "{host}: {error:?}");
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_not_followed() {
    // One address is named, as a public one would be; the other listens at the same port of the loopback address.
    let peer = Peer::start_at("127.0.0.2:0", |_| json("200 OK", "[]")).await;
    let port = peer.address.port();
    let canary = Peer::canary(&format!("127.0.0.1:{port}")).await;
    let allowing = ClientConfig { allow_addresses: vec!["127.0.0.2".to_owned()], ..impatient() };
    let base = format!("http://api.example.com:{port}");

    for first in [&["127.0.0.2"][..], &["127.0.0.2", "127.0.0.1"], &["127.0.0.1", "127.0.0.2"]] {
        let names = Says::new(&[first, &["127.0.0.1"]]);
        let (client, origin) = named(&base, &allowing, names.clone());
        assert_eq!(client.send(get(&origin, "/")).await.unwrap().status, 200);
        // The same client again, by the connection that stands.
        assert_eq!(client.send(get(&origin, "/")).await.unwrap().status, 200);
        assert_eq!(names.asked.load(Ordering::SeqCst), 1, "what was checked is what was connected to");
        // And a new one, that has to ask again.
        let (client, origin) = named(&base, &allowing, Says::new(&[&["127.0.0.1"]]));
        assert_eq!(client.send(get(&origin, "/")).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
    }
    assert_eq!((peer.seen().len(), canary.connections()), (6, 0));
}

#[tokio::test]
async fn a_name_that_changes_its_mind_between_two_tries_is_not_followed() {
    let canary = Peer::canary("127.0.0.1:0").await;
    let port = canary.address.port();
    // Nothing listens at the first: the client tries again, and is told another one.
    let allowing = ClientConfig { allow_addresses: vec!["127.0.0.3".to_owned()], retries: 3, ..config() };
    let names = Says::new(&[&["127.0.0.3"], &["127.0.0.1"]]);
    let (client, origin) = named(&format!("http://api.example.com:{port}"), &allowing, names);
    assert_eq!(client.send(get(&origin, "/")).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn what_configuration_names_is_called() {
    let peer = Peer::start(|_| json("200 OK", "[]")).await;
    let port = peer.address.port();
    for allowed in ["127.0.0.1", "127.0.0.0/8", "0.0.0.0/0", "::ffff:127.0.0.1"] {
        let allowing = ClientConfig { allow_addresses: vec![allowed.to_owned()], ..impatient() };
        let (client, origin) =
            named(&format!("http://api.example.com:{port}"), &allowing, Says::new(&[&["127.0.0.1"]]));
        let is_called = client.send(get(&origin, "/")).await.is_ok();
        assert_eq!(is_called, !allowed.contains("::"), "{allowed}");
    }
    for host in ["127.0.0.1", "localhost"] {
        let (client, origin) = client(&format!("http://{host}:{port}"), &impatient());
        assert_eq!(client.send(get(&origin, "/")).await.unwrap().status, 200, "{host}");
    }
}

#[tokio::test]
async fn localhost_is_this_machine_and_no_other() {
    let (client, origin) = named("http://localhost:9", &impatient(), Says::new(&[&["169.254.169.254", "10.0.0.1"]]));
    assert_eq!(client.send(get(&origin, "/")).await.unwrap_err().kind(), ErrorKind::PermissionDenied);
}

#[test]
fn what_names_no_address_is_refused() {
    for text in ["", "10.0.0.0/33", "10.0.0", "example.com", "::/129", "10.0.0.0/-1", "10.0.0.0/8/8", "*"] {
        let wrong = ClientConfig { allow_addresses: vec![text.to_owned()], ..config() };
        let outcome = Client::new(Vec::new(), &wrong);
        assert!(matches!(outcome, Err(ConfigError::Network { .. })), "{text}");
    }
    for text in [
        "api.example.com",
        "ftp://api.example.com",
        "https://a:b@api.example.com",
        "https://api.example.com?x=1",
        "https://api.example.com#x",
        "https:\\\\api.example.com",
        "https://api.example.com/\r\nx",
        "https://",
        "file:///x",
        "https://exa mple.com",
        "https://a%00b.com",
        "https://api.example.com:99999",
    ] {
        assert!(Origin::parse(text).is_err(), "{text}");
    }
}

#[tokio::test]
async fn an_operator_is_told_before_the_first_call() {
    let (client, _) = named("http://api.internal:9", &impatient(), Says::new(&[&["10.0.0.1"]]));
    let error = client.check().await.unwrap_err();
    assert_eq!(
        error.message(),
        "api.internal leads to a private address, which is not called unless `http.allow_addresses` of this resource \
         names it."
    );
    for answers in [&["10.0.0.1", "1.1.1.1"][..], &[]] {
        let (client, _) = named("http://api.internal:9", &impatient(), Says::new(&[answers]));
        assert!(client.check().await.is_ok(), "{answers:?}");
    }
    let described = Origin::described("http://127.0.0.1:9").unwrap();
    assert!(Client::new(vec![described], &impatient()).unwrap().check().await.is_err());
    let named = Origin::parse("http://127.0.0.1:9").unwrap();
    assert!(Client::new(vec![named], &impatient()).unwrap().check().await.is_ok());
}

#[tokio::test]
async fn a_dialer_connects_where_a_client_would_and_nowhere_else() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let dialer = |host: &str, config: &ClientConfig, says: &Arc<Says>| {
        let origin = Origin::parse(&format!("https://{host}:{port}")).unwrap();
        Dialer::with_names(origin, config, says.clone()).unwrap()
    };
    for address in PRIVATE {
        let refused = dialer("devices.example", &impatient(), &Says::new(&[&[address]]));
        assert_eq!(refused.check().await.unwrap_err().kind(), ErrorKind::PermissionDenied, "{address}");
        let error = refused.connect().await.unwrap_err().to_string();
        assert!(error.contains("private addresses"), "{address}: {error}");
    }
    // Only the address that passed is connected to, and the name is asked for it once.
    let says = Says::new(&[&["10.0.0.1", "127.0.0.1"], &["10.0.0.1"]]);
    let allowed = ClientConfig { allow_addresses: vec!["127.0.0.0/8".into()], ..impatient() };
    let stream = dialer("devices.example", &allowed, &says).connect().await.unwrap();
    assert_eq!(stream.peer_addr().unwrap(), listener.local_addr().unwrap());
    assert_eq!(says.asked.load(Ordering::SeqCst), 1);
    // An address that configuration is written with counts as named.
    dialer("127.0.0.1", &impatient(), &says).connect().await.unwrap();
}
