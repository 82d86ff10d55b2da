//! What the server does not take although it is right, each with the reason.

/// `DOCUMENT METHOD PATH (breadth)`, and why.
pub(crate) const LIMITS: &[(&str, &str)] = &[
    (
        "digitalocean GET /v2/account/keys/{ssh_key_identifier} (required)",
        "the parameter's schema is `readOnly`, which says nothing of parameters; the checker refuses every value",
    ),
    ("digitalocean GET /v2/account/keys/{ssh_key_identifier} (all)", "the same"),
    (
        "digitalocean POST /v2/apps (required)",
        "a parameter named Accept is to be ignored (OpenAPI 3.1.1 section 4.8.12.1); the checker wants one of its values",
    ),
    ("digitalocean POST /v2/apps (all)", "the same"),
    (
        "docker-engine POST /build (all)",
        "the same of Content-Type, which is application/octet-stream by the body's own description",
    ),
    (
        "gitlab PUT /v3/application/settings (all)",
        "`import_sources` is a list whose `enum` has only strings: nothing fits that",
    ),
    (
        "peertube GET /api/v1/videos/live/{id}/sessions (all)",
        "the checker does not read a number in a path by a schema within `oneOf`",
    ),
    ("peertube GET /api/v1/videos/live/{id}/sessions (required)", "the same"),
];
