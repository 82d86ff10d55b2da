//! Asks the API for its schema (GraphQL section 4).

use connector::{Error, ErrorKind, Result};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method};
use serde_json::{Value, json};
use upstream::{Client, Credential, Identity, Origin, Placement, Request, Secret};

/// What newer editions of GraphQL know and older servers refuse: each try asks for less.
const TRIES: [Extra; 3] = [
    Extra { schema: "description", scalar: "specifiedByURL", input: "isOneOf" },
    Extra { schema: "description", scalar: "specifiedByURL", input: "" },
    Extra { schema: "", scalar: "", input: "" },
];

struct Extra {
    schema: &'static str,
    scalar: &'static str,
    input: &'static str,
}

impl Extra {
    fn query(&self) -> String {
        let Self { schema, scalar, input } = self;
        format!(
            "query IntrospectionQuery {{ __schema {{ {schema} queryType {{ name }} mutationType {{ name }} subscriptionType {{ \
             name }} types {{ kind name description {scalar} {input} fields(includeDeprecated: true) {{ name description args \
             {{ ...Input }} type {{ ...Type }} isDeprecated deprecationReason }} inputFields {{ ...Input }} interfaces {{ \
             ...Type }} enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} \
             possibleTypes {{ ...Type }} }} directives {{ name locations args {{ ...Input }} }} }} }} \
             fragment Input on __InputValue {{ name description type {{ ...Type }} defaultValue }} \
             fragment Type on __Type {{ kind name ofType {{ kind name ofType {{ kind name ofType {{ kind name ofType {{ kind \
             name ofType {{ kind name ofType {{ kind name ofType {{ kind name }} }} }} }} }} }} }} }}"
        )
    }
}

/// The API's answer, as bytes and as JSON.
pub(super) async fn ask(
    client: &Client,
    origin: &Origin,
    identity: &Identity,
    token: Option<&Secret>,
    bytes_max: u64,
) -> Result<(Vec<u8>, Value)> {
    let mut refused = None;
    for extra in &TRIES {
        let mut request = request(origin, &json!({"query": extra.query()}))?;
        request.repeatable = true;
        request.answer_bytes_max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
        // Nobody calls yet: what is no user's goes along, an app's own key.
        identity.apply_as_app(&mut request).await?;
        if let Some(token) = token {
            request.attach(&Placement::Bearer, &Credential::Token(token.clone()))?;
        }
        let response = client.send(request).await?;
        if response.cut {
            let message = format!("The API's schema is larger than {bytes_max} bytes: raise `schema_bytes_max`.");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        let answer = serde_json::from_slice::<Value>(&response.body).ok();
        let schema = answer.filter(|answer| answer.pointer("/data/__schema").is_some_and(Value::is_object));
        match (schema, response.error()) {
            (Some(schema), _) => return Ok((response.body.to_vec(), schema)),
            // Not there, or nobody is let in: the other queries would say the same.
            (None, Some(error)) if error.kind() != ErrorKind::InvalidArgument => return Err(error),
            (None, error) => refused = error.or(refused),
        }
    }
    let sentence = "The API does not tell its schema: set `schema` to a file that holds it, or `introspection_token` if it \
                    tells it to some.";
    Err(match refused {
        Some(error) => Error::invalid(sentence).with_source(error),
        None => Error::invalid(sentence),
    })
}

/// A request as GraphQL over HTTP wants it (section 5).
pub(crate) fn request(origin: &Origin, body: &Value) -> Result<Request> {
    let mut request = Request::new(Method::POST, origin.clone(), "");
    let accept = "application/graphql-response+json, application/json;q=0.9";
    request.headers.insert(ACCEPT, HeaderValue::from_static(accept));
    request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request.body = serde_json::to_vec(body).map_err(Error::internal)?.into();
    Ok(request)
}
