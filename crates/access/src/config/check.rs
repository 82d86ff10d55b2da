use std::net::IpAddr;

use secrecy::ExposeSecret;

use super::{ConfigError, Introspected, IntrospectionConfig, IssuerConfig, Keys};

impl IssuerConfig {
    /// Whether it makes sense by itself.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let issuer = || self.issuer.clone();
        if self.issuer.is_empty() {
            return Err(ConfigError::NoIssuer);
        }
        let meant = || self.audiences.iter().chain(&self.clients);
        if meant().next().is_none() || meant().any(String::is_empty) {
            return Err(ConfigError::NoAudience { issuer: issuer() });
        }
        if self.leeway_s > Self::LEEWAY_S_MAX {
            return Err(ConfigError::Leeway { issuer: issuer(), leeway_s: self.leeway_s });
        }
        let mut claims = self.user_id_claim.iter().chain(&self.scopes_claims).chain(&self.roles_claims);
        if claims.any(String::is_empty) {
            return Err(ConfigError::NoClaim { issuer: issuer() });
        }
        let mut prefixes = self.user_prefix.iter().chain(&self.client_prefix);
        if !prefixes.all(|prefix| is_prefix(prefix)) {
            return Err(ConfigError::Prefix { issuer: issuer() });
        }
        if let Some(introspection) = &self.introspection {
            introspection.check(&self.issuer)?;
        }
        match &self.keys {
            Keys::Secret(secret) if secret.expose_secret().len() < Keys::SECRET_BYTES_MIN => {
                Err(ConfigError::ShortSecret { issuer: issuer() })
            }
            Keys::JwksUrl(url) if !is_http(url) => Err(ConfigError::Address { url: url.clone() }),
            Keys::Discover if !is_http(&self.issuer) => Err(ConfigError::Address { url: issuer() }),
            Keys::None if self.introspection.is_none() => Err(ConfigError::NoWay { issuer: issuer() }),
            _ => Ok(()),
        }
    }

    /// Addresses that are asked over the open network without TLS.
    pub(crate) fn exposed_addresses(&self) -> impl Iterator<Item = &str> {
        let keys = match &self.keys {
            Keys::JwksUrl(url) => Some(url.as_str()),
            Keys::Discover => Some(self.issuer.as_str()),
            Keys::Jwks(_) | Keys::Secret(_) | Keys::None => None,
        };
        let introspection = self.introspection.as_ref();
        let introspection = introspection.map(|it| it.url.as_deref().unwrap_or(&self.issuer));
        keys.into_iter().chain(introspection).filter(|url| reqwest::Url::parse(url).is_ok_and(|url| is_exposed(&url)))
    }
}

impl IntrospectionConfig {
    fn check(&self, issuer: &str) -> Result<(), ConfigError> {
        if self.client_id.is_empty() || self.client_secret.expose_secret().is_empty() {
            return Err(ConfigError::NoClient { issuer: issuer.to_owned() });
        }
        if self.cache_s > Self::CACHE_S_MAX {
            return Err(ConfigError::Cache { issuer: issuer.to_owned(), cache_s: self.cache_s });
        }
        let url = self.url.as_deref().unwrap_or(issuer);
        is_http(url).then_some(()).ok_or_else(|| ConfigError::Address { url: url.to_owned() })
    }
}

/// Whether several issuers go together.
pub(crate) fn together(issuers: &[IssuerConfig]) -> Result<(), ConfigError> {
    for (place, second) in issuers.iter().enumerate() {
        second.check()?;
        if let Some(root) = &second.same_users_as {
            let is_root = |other: &IssuerConfig| other.issuer == *root && other.same_users_as.is_none();
            if second.user_prefix.is_some() || *root == second.issuer || !issuers.iter().any(is_root) {
                return Err(ConfigError::SameUsersAs { issuer: second.issuer.clone() });
            }
        }
        for first in &issuers[..place] {
            pair(first, second)?;
        }
        let own = (second.user_prefix.as_deref(), second.client_prefix.as_deref());
        if let (Some(one), Some(other)) = own {
            apart(one, other)?;
        }
    }
    Ok(())
}

fn pair(first: &IssuerConfig, second: &IssuerConfig) -> Result<(), ConfigError> {
    if first.issuer == second.issuer {
        return Err(ConfigError::TwoIssuers { issuer: first.issuer.clone() });
    }
    let names = || (first.issuer.clone(), second.issuer.clone());
    if first.introspects(Introspected::Opaque) && second.introspects(Introspected::Opaque) {
        let (first, second) = names();
        return Err(ConfigError::TwoIntrospections { first, second });
    }
    let has_users = |config: &IssuerConfig| config.same_users_as.is_none();
    if has_users(first) && has_users(second) && first.user_prefix == second.user_prefix {
        let (first, second) = names();
        return Err(ConfigError::SameUsers { first, second });
    }
    for one in first.user_prefix.iter().chain(&first.client_prefix) {
        for other in second.user_prefix.iter().chain(&second.client_prefix) {
            apart(one, other)?;
        }
    }
    Ok(())
}

/// With no prefix at the beginning of another, an id belongs to one issuer: `a` and `b:c` is not `a:b` and `c`.
fn apart(one: &str, other: &str) -> Result<(), ConfigError> {
    let (shorter, longer) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    match longer.starts_with(shorter) {
        true => Err(ConfigError::Prefixes { shorter: shorter.to_owned(), longer: longer.to_owned() }),
        false => Ok(()),
    }
}

fn is_prefix(text: &str) -> bool {
    !text.is_empty() && text.len() <= IssuerConfig::PREFIX_BYTES_MAX && !text.contains(char::is_control)
}

fn is_http(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

/// Whether what is sent there goes over a network without TLS.
pub(crate) fn is_exposed(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    url.scheme() == "http" && !is_here
}

impl IssuerConfig {
    /// Whether it is asked about tokens of this kind.
    pub(crate) fn introspects(&self, kind: Introspected) -> bool {
        self.introspection.as_ref().is_some_and(|it| it.tokens == kind || it.tokens == Introspected::All)
    }
}
