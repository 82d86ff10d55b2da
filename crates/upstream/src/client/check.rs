use connector::{Error, ErrorKind, Result};

use super::Client;

impl Client {
    /// Whether calls to its origins would be refused for the addresses that their names lead to right now: for an
    /// operator, before the first call. A name that leads nowhere is no reason, since that passes.
    pub async fn check(&self) -> Result<()> {
        for (origin, _) in &self.shared.origins {
            let is_private = match origin.address() {
                Some(_) => !self.shared.allowed.takes(origin),
                None => self.shared.filter.leads_to_private(origin.host()).await,
            };
            if is_private {
                let message = format!(
                    "{} leads to a private address, which is not called unless `http.allow_addresses` of this \
                     resource names it.",
                    origin.host()
                );
                return Err(Error::new(ErrorKind::PermissionDenied, message));
            }
        }
        Ok(())
    }
}
