use crate::{IssuerConfig, TokenError, UserId};

/// Whose users are whose, among all issuers.
#[derive(Debug)]
pub(crate) struct Users {
    /// Every prefix of a user's or a client's id. None begins with another: configuration is checked for that.
    prefixes: Vec<String>,
    /// By the place of an issuer: the one whose users its users are.
    realms: Vec<Realm>,
}

#[derive(Clone, Debug)]
struct Realm {
    issuer: String,
    root: String,
    prefix: String,
}

impl Users {
    /// Of issuers that were checked together.
    pub(crate) fn of(issuers: &[IssuerConfig]) -> Self {
        let all = issuers.iter().flat_map(|issuer| issuer.user_prefix.iter().chain(&issuer.client_prefix));
        let realm = |issuer: &IssuerConfig| {
            let root_name = issuer.same_users_as.as_ref().unwrap_or(&issuer.issuer);
            let root = issuers.iter().find(|other| other.issuer == *root_name).unwrap_or(issuer);
            Realm {
                issuer: issuer.issuer.clone(),
                root: root.issuer.clone(),
                prefix: root.user_prefix.clone().unwrap_or_default(),
            }
        };
        Self { prefixes: all.cloned().collect(), realms: issuers.iter().map(realm).collect() }
    }

    /// Whether every id is as its token has it: there is one issuer, and no prefix.
    pub(crate) fn are_bare(&self) -> bool {
        self.realms.len() <= 1 && self.prefixes.is_empty()
    }

    /// The issuer whose users this issuer's users are.
    pub(crate) fn realm<'a>(&'a self, config: &'a IssuerConfig) -> &'a str {
        self.find(config).map_or(&config.issuer, |realm| &realm.root)
    }

    /// A user's id among all issuers.
    pub(crate) fn user(&self, config: &IssuerConfig, raw: &str) -> Result<UserId, TokenError> {
        self.whole(self.find(config).map_or("", |realm| &realm.prefix), raw)
    }

    /// A client's id, where clients may come in.
    pub(crate) fn client(&self, config: &IssuerConfig, raw: &str) -> Result<UserId, TokenError> {
        self.whole(config.client_prefix.as_deref().ok_or(TokenError::Machine)?, raw)
    }

    fn whole(&self, prefix: &str, raw: &str) -> Result<UserId, TokenError> {
        let id = format!("{prefix}{raw}");
        // Where an issuer has no prefix, its users must not reach into those that have one.
        if self.prefixes.iter().any(|other| other != prefix && id.starts_with(other.as_str())) {
            return Err(TokenError::ForeignUser);
        }
        UserId::new(id).ok_or(TokenError::NoUser)
    }

    fn find(&self, config: &IssuerConfig) -> Option<&Realm> {
        self.realms.iter().find(|realm| realm.issuer == config.issuer)
    }
}
