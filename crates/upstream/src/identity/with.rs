/// A resource's own configuration with the keys that say whose its calls are, at the top of its table. They stand here once;
/// serde's `flatten`, which would do the same, lets unknown keys pass.
#[macro_export]
macro_rules! with_identity {
    (
        $(#[$outer:meta])*
        pub struct $name:ident {
            $($(#[$inner:meta])* pub $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$outer])*
        pub struct $name {
            $($(#[$inner])* pub $field: $type,)*
            /// Everybody's: calls are not tied to the caller.
            pub shared: bool,
            /// Offer, to everybody and without a credential, what the resource's description says needs none.
            pub public: bool,
            /// Parameters, headers and body fields that take a value from the caller: `user_id = "{caller.id}"`,
            /// `"path:userId"`, `"query:user"`, `"header:X-User"`, `"cookie:uid"`, `"body:owner.id"`. Values: `{caller.id}`,
            /// `{caller.issuer}`, `{claims.NAME}`, text around them. What is bound vanishes from the schema.
            pub bind: $crate::IndexMap<String, String>,
            /// Each user's own credential.
            pub credential: Option<$crate::CredentialConfig>,
            /// Further credentials by security scheme, where an operation needs several at once.
            pub credentials: $crate::IndexMap<String, $crate::CredentialConfig>,
            /// Token exchange (RFC 8693).
            pub exchange: Option<$crate::ExchangeConfig>,
            /// A token about the user, signed here.
            pub signed: Option<$crate::SignedConfig>,
            /// Each user connects their own account there (OAuth 2.1).
            pub connect: Option<$crate::ConnectConfig>,
        }

        impl $name {
            /// How calls are tied to their caller.
            pub fn identity(&self) -> $crate::IdentityConfig {
                $crate::IdentityConfig {
                    shared: self.shared,
                    public: self.public,
                    bind: self.bind.clone(),
                    credential: self.credential.clone(),
                    credentials: self.credentials.clone(),
                    exchange: self.exchange.clone(),
                    signed: self.signed.clone(),
                    connect: self.connect.clone(),
                }
            }
        }
    };
}
