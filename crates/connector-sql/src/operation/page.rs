use crate::pool::Cell;

/// Rows as they arrive, joined to one JSON array.
pub(super) struct Page {
    json: String,
    /// How many rows are in it.
    pub(super) rows: usize,
    /// The last row's place in the order.
    pub(super) place: Vec<Cell>,
    /// How many rows there are in all; unknown where none arrived.
    pub(super) total: Option<u64>,
    /// Whether there are rows beyond the limit.
    pub(super) more: bool,
    /// Whether a row did not fit.
    pub(super) cut: bool,
    limit: usize,
    bytes_max: usize,
}

impl Page {
    pub(super) fn new(limit: usize, bytes_max: usize) -> Self {
        let json = String::from("[");
        Self { json, rows: 0, place: Vec::new(), total: None, more: false, cut: false, limit, bytes_max }
    }

    /// Whether another row is wanted.
    pub(super) fn take(&mut self, row: Vec<Cell>) -> bool {
        let mut cells = row.into_iter();
        let (json, total) = (cells.next().and_then(Cell::text), cells.next());
        self.total = self.total.or_else(|| total?.count());
        if self.rows == self.limit {
            // The last one: it only says that there is more.
            self.more = true;
            return true;
        }
        let json = json.unwrap_or_else(|| "null".into());
        if self.json.len() + json.len() + 2 > self.bytes_max {
            self.cut = true;
            return false;
        }
        if self.rows > 0 {
            self.json.push(',');
        }
        self.json.push_str(&json);
        self.rows += 1;
        self.place = cells.collect();
        true
    }

    pub(super) fn finish(mut self) -> String {
        self.json.push(']');
        self.json
    }
}
