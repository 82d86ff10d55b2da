use std::sync::Arc;

use axum::extract::State;
use axum::response::Json;
use serde_json::{Value, json};

use crate::app::Shared;

/// `GET /openapi.json`: these endpoints, by OpenAPI 3.1. Tools are not in it: they differ from user to user, and
/// `GET /api/tools` describes each by its JSON Schema.
pub(super) async fn document(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let mut paths = json!({
        "/mcp": {"post": mcp()},
        "/api/agents/chat": {"post": chat()},
        "/api/tools": {"get": tools()},
        "/api/tools/{name}": {"post": call()},
        "/api/credentials/{resource}": credential(),
        "/api/connections": {"get": connections()},
        "/api/connections/{resource}": connection(),
        "/connect/callback": {"get": page("Where an upstream sends users back to", json!([]))},
        "/connect/signed-in": {"get": page("Where the identity provider sends users back to", json!([]))},
        "/connect/{ticket}": {
            "get": page("A link of an answer, to connect an account", ticket()),
            "post": page("The same, confirmed", ticket())
        },
        "/.well-known/oauth-protected-resource": {"get": public("Protected resource metadata (RFC 9728)")},
        "/.well-known/jwks.json": {"get": public("Keys that tokens signed here are checked with (RFC 7517)")},
        "/.well-known/oauth-protected-resource/{path}": {"get": well_known()},
        "/healthz": {"get": public("The process lives")},
        "/readyz": {"get": ready()},
        "/openapi.json": {"get": public("This document")},
    });
    if shared.config.metrics {
        paths["/metrics"] = json!({"get": {
            "summary": "Metrics for Prometheus", "security": [],
            "responses": {"200": {"description": "Prometheus text", "content": {"text/plain": {}}}}
        }});
    }
    Json(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bellhop",
            "description": "An agent's key to one user's things. Every call acts as the signed-in user.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
        },
        "servers": [{"url": shared.site.base_url}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": components()
    }))
}

fn public(summary: &str) -> Value {
    let content = json!({"application/json": {"schema": {"type": "object"}}});
    json!({"summary": summary, "security": [], "responses": {"200": {"description": "OK", "content": content}}})
}

fn well_known() -> Value {
    let mut operation = public("Protected resource metadata, with the resource's path inserted");
    operation["parameters"] =
        json!([{"name": "path", "in": "path", "required": true, "schema": {"type": "string", "examples": ["mcp"]}}]);
    operation
}

fn ready() -> Value {
    let mut operation = public("Whether tokens can be verified and every resource answers");
    operation["responses"]["503"] = json!({"description": "Something is down; the body says which"});
    operation
}

fn mcp() -> Value {
    json!({
        "summary": "Model Context Protocol, Streamable HTTP, without sessions",
        "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": responses(json!({"type": "object", "description": "A JSON-RPC response"}))
    })
}

fn chat() -> Value {
    let message = json!({"type": "object", "required": ["message"], "properties": {
        "message": {"type": "string", "minLength": 1, "examples": ["show my last 3 orders"]},
        "history": {"type": "array", "items": {"type": "object"}}
    }});
    let answer = json!({"type": "object", "required": ["response", "agent_used", "tools_used"], "properties": {
        "response": {"type": "string"},
        "agent_used": {"type": "string"},
        "tools_used": {"type": "array", "items": {"type": "object", "properties": {
            "tool": {"type": "string"}, "effect": {"enum": ["read", "write", "destroy"]},
            "success": {"type": "boolean"}, "duration_ms": {"type": "integer"}
        }}},
        "usage": {"type": ["object", "null"]},
        "visit": {"type": "string", "format": "uri", "description": "An address that the user must open first"},
        "request_id": {"type": "string"}
    }});
    json!({
        "summary": "Ask the agent",
        "requestBody": {"required": true, "content": {"application/json": {"schema": message}}},
        "responses": responses(answer)
    })
}

fn tools() -> Value {
    let answer = json!({"type": "object", "properties": {
        "success": {"const": true},
        "count": {"type": "integer"},
        "data": {"type": "array", "items": {"type": "object", "properties": {
            "name": {"type": "string"}, "title": {"type": "string"}, "description": {"type": "string"},
            "inputSchema": {"type": "object"}, "outputSchema": {"type": "object"},
            "effect": {"enum": ["read", "write", "destroy"]}, "idempotent": {"type": "boolean"}
        }}}
    }});
    json!({"summary": "The tools that you may call", "responses": responses(answer)})
}

fn call() -> Value {
    json!({
        "summary": "Call a tool",
        "description": "The body is the tool's arguments, as its inputSchema says.",
        "parameters": [{"name": "name", "in": "path", "required": true, "schema": {"type": "string"}}],
        "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": responses(json!({"$ref": "#/components/schemas/Answer"}))
    })
}

fn credential() -> Value {
    let text = json!({"type": "string", "minLength": 1, "writeOnly": true});
    let one = |properties: Value, required: Value| json!({"type": "object", "additionalProperties": false, "properties": properties, "required": required});
    let given = json!({"oneOf": [
        one(json!({"token": text}), json!(["token"])),
        one(json!({"username": text, "password": text}), json!(["username", "password"]))
    ]});
    let data = json!({"type": "object", "properties": {
        "resource": {"type": "string"}, "set": {"type": "boolean"}, "type": {"enum": ["token", "basic"]},
        "set_at_s": {"type": "integer"}, "removed": {"type": "boolean"}
    }});
    let answer = json!({"type": "object", "properties": {"success": {"const": true}, "data": data}});
    json!({
        "get": {
            "summary": "Whether you have set a credential for a resource",
            "parameters": named(),
            "responses": responses(answer.clone())
        },
        "put": {
            "parameters": named(),
            "summary": "Keep your own credential for a resource",
            "requestBody": {"required": true, "content": {"application/json": {"schema": given}}},
            "responses": responses(answer.clone())
        },
        "delete": {"summary": "Forget it", "parameters": named(), "responses": responses(answer)}
    })
}

fn connections() -> Value {
    let state = json!({"type": "object", "properties": {
        "resource": {"type": "string"}, "set": {"type": "boolean"}, "set_at_s": {"type": "integer"}
    }});
    let answer = json!({"type": "object", "properties": {
        "success": {"const": true}, "count": {"type": "integer"}, "data": {"type": "array", "items": state}
    }});
    json!({"summary": "The accounts that you can connect, and whether you have", "responses": responses(answer)})
}

fn connection() -> Value {
    let answer = |properties: Value| {
        let data = json!({"type": "object", "properties": properties});
        responses(json!({"type": "object", "properties": {"success": {"const": true}, "data": data}}))
    };
    json!({
        "get": {
            "summary": "Whether you have connected your account",
            "parameters": named(),
            "responses": answer(json!({"resource": {"type": "string"}, "set": {"type": "boolean"}}))
        },
        "post": {
            "summary": "Begin to connect your account",
            "description": "To be called from the user's browser, with credentials: the answer sets a cookie that the way \
                back asks for. Then send the browser to `visit`.",
            "parameters": named(),
            "responses": answer(json!({"resource": {"type": "string"}, "visit": {"type": "string", "format": "uri"}}))
        },
        "delete": {
            "summary": "Forget your account and give its tokens back",
            "parameters": named(),
            "responses": answer(json!({"resource": {"type": "string"}, "removed": {"type": "boolean"}}))
        }
    })
}

fn page(summary: &str, parameters: Value) -> Value {
    json!({"summary": summary, "security": [], "parameters": parameters, "responses": {
        "200": {"description": "A page", "content": {"text/html": {}}},
        "303": {"description": "On to the next page"},
        "default": {"description": "A page that says what went wrong", "content": {"text/html": {}}}
    }})
}

fn ticket() -> Value {
    json!([{"name": "ticket", "in": "path", "required": true, "schema": {"type": "string"}}])
}

fn named() -> Value {
    json!([{"name": "resource", "in": "path", "required": true, "schema": {"type": "string"}}])
}

fn responses(answer: Value) -> Value {
    json!({
        "200": {"description": "Done", "content": {"application/json": {"schema": answer}}},
        "401": {
            "description": "No token, or one that was not accepted",
            "headers": {"WWW-Authenticate": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}}
        },
        "default": {
            "description": "Not done; the status says what code says",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}}
        }
    })
}

fn components() -> Value {
    json!({
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        "schemas": {
            "Answer": {"type": "object", "required": ["success"], "properties": {
                "success": {"const": true}, "data": {}, "count": {"type": "integer"}, "has_more": {"type": "boolean"},
                "next_cursor": {"type": "string"}, "id": {}, "notices": {"type": "array", "items": {"type": "string"}}
            }},
            "Failure": {"type": "object", "required": ["success", "error", "code", "retryable", "request_id"], "properties": {
                "success": {"const": false},
                "error": {"type": "string", "description": "A sentence to act on"},
                "code": {"type": "string"},
                "retryable": {"type": "boolean"},
                "retry_after_s": {"type": "integer"},
                "visit": {"type": "string", "format": "uri", "description": "An address that the user must open first"},
                "request_id": {"type": "string"}
            }}
        }
    })
}
