//! What `cargo xtask bench` compares Bellhop with: the same rows from the same database in axum and sqlx, by hand and
//! without users, tools or limits. `/rows` decodes and encodes each row, as one would; `/json` lets the database write
//! the JSON.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a yardstick"
)]

use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Serialize)]
struct Order {
    id: i32,
    status: String,
    note: Option<String>,
    total: i32,
    weight: f64,
}

/// As the database gives it.
type Row = (i32, String, Option<String>, i32, f64);

#[derive(Deserialize)]
struct Whose {
    user: String,
}

#[derive(Serialize)]
struct Answer {
    success: bool,
    data: Vec<Order>,
    count: i64,
}

#[tokio::main]
async fn main() {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL is set");
    let pool = PgPoolOptions::new().max_connections(10).connect(&url).await.expect("the database answers");
    let router = Router::new().route("/rows", get(rows)).route("/json", get(json)).with_state(pool);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    println!("http://{}", listener.local_addr().expect("an address"));
    axum::serve(listener, router).await.expect("the server runs");
}

async fn rows(State(pool): State<PgPool>, Query(whose): Query<Whose>) -> Json<Answer> {
    let rows =
        sqlx::query_as("SELECT id, status, note, total, weight FROM orders WHERE user_id = $1 ORDER BY id LIMIT 50");
    let rows: Vec<Row> = rows.bind(&whose.user).fetch_all(&pool).await.expect("rows");
    let count = sqlx::query_scalar("SELECT count(*) FROM orders WHERE user_id = $1").bind(&whose.user);
    let count = count.fetch_one(&pool).await.expect("a count");
    let order = |(id, status, note, total, weight): Row| Order { id, status, note, total, weight };
    Json(Answer { success: true, data: rows.into_iter().map(order).collect(), count })
}

async fn json(State(pool): State<PgPool>, Query(whose): Query<Whose>) -> impl IntoResponse {
    let text: String = sqlx::query_scalar(
        "SELECT json_build_object('success', true, 'data', (SELECT json_agg(page) FROM (SELECT id, status, note, total, \
         weight FROM orders WHERE user_id = $1 ORDER BY id LIMIT 50) page), 'count', (SELECT count(*) FROM orders WHERE \
         user_id = $1))::text",
    )
    .bind(&whose.user)
    .fetch_one(&pool)
    .await
    .expect("an answer");
    ([(CONTENT_TYPE, "application/json")], text)
}
