//! Paths that follow REST conventions, as collections: `GET /things`, `GET /things/{id}`, and the API's own paging.
