-- A small shop for two users. `suppliers` belongs to nobody, so that there is something to see hidden.
CREATE TABLE users (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL,
  email         TEXT NOT NULL UNIQUE,
  city          TEXT,
  password_hash TEXT NOT NULL
);

CREATE TABLE products (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL,
  category TEXT NOT NULL CHECK (category IN ('electronics', 'books', 'kitchen', 'garden')),
  price    REAL NOT NULL CHECK (price >= 0),
  in_stock BOOLEAN NOT NULL DEFAULT 1
);

CREATE TABLE orders (
  id         INTEGER PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES users (id),
  status     TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'shipped', 'cancelled')),
  total      REAL NOT NULL DEFAULT 0,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX orders_by_user ON orders (user_id, created_at);

CREATE TABLE order_items (
  id         INTEGER PRIMARY KEY,
  order_id   INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  product_id INTEGER NOT NULL REFERENCES products (id),
  quantity   INTEGER NOT NULL DEFAULT 1 CHECK (quantity > 0)
);
CREATE INDEX order_items_by_order ON order_items (order_id);

CREATE TABLE tasks (
  id      INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  title   TEXT NOT NULL,
  status  TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done')),
  due     DATE
);
CREATE INDEX tasks_by_user ON tasks (user_id);

-- Each user's key of the weather service, new each time.
CREATE TABLE weather_accounts (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  api_key TEXT NOT NULL UNIQUE
);

CREATE TABLE suppliers (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  city TEXT
);

INSERT INTO users VALUES
  ('alice', 'Alice Almeida', 'alice@example.com', 'Porto', 'not-a-real-hash-1'),
  ('bob',   'Bob Brandt',    'bob@example.com',   'Kiel',  'not-a-real-hash-2');

INSERT INTO weather_accounts SELECT id, lower(hex(randomblob(16))) FROM users;

INSERT INTO products VALUES
  (1, 'Headphones', 'electronics', 59.90, 1),
  (2, 'Keyboard', 'electronics', 89.00, 1),
  (3, 'Desk lamp', 'electronics', 34.50, 0),
  (4, 'The Art of Bread', 'books', 24.00, 1),
  (5, 'Gardens of the North', 'books', 31.00, 1),
  (6, 'Chef''s knife', 'kitchen', 72.00, 1),
  (7, 'Cast-iron pan', 'kitchen', 48.00, 1),
  (8, 'Watering can', 'garden', 19.90, 1),
  (9, 'Secateurs', 'garden', 27.30, 0),
  (10, 'Webcam', 'electronics', 45.00, 1);

INSERT INTO orders VALUES
  (101, 'alice', 'shipped',   148.90, '2026-08-03 09:12:00'),
  (102, 'alice', 'paid',       24.00, '2026-09-15 17:40:00'),
  (103, 'alice', 'open',      120.00, '2026-10-21 08:05:00'),
  (104, 'alice', 'open',       19.90, '2026-11-02 20:31:00'),
  (201, 'bob',   'shipped',    72.00, '2026-07-29 11:00:00'),
  (202, 'bob',   'cancelled',  89.00, '2026-10-01 13:22:00'),
  (203, 'bob',   'open',       76.00, '2026-11-10 07:45:00');

INSERT INTO order_items (order_id, product_id, quantity) VALUES
  (101, 1, 1), (101, 2, 1), (102, 4, 1), (103, 6, 1), (103, 7, 1), (104, 8, 1),
  (201, 6, 1), (202, 2, 1), (203, 10, 1), (203, 5, 1);

INSERT INTO tasks (user_id, title, status, due) VALUES
  ('alice', 'Renew the library card', 'open', '2026-12-01'),
  ('alice', 'Call the plumber', 'open', '2026-11-28'),
  ('alice', 'Plan the garden', 'done', '2026-10-15'),
  ('alice', 'Buy bread flour', 'open', NULL),
  ('bob', 'Sharpen the knife', 'open', '2026-11-30'),
  ('bob', 'Book the ferry', 'done', '2026-09-01');

INSERT INTO suppliers (name, city) VALUES ('Northern Tools', 'Kiel'), ('Padaria Central', 'Porto');
