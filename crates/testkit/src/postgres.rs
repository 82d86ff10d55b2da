//! A real PostgreSQL server on a free port, for one test.
