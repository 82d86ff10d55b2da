use std::path::{Path, PathBuf};
use std::time::Duration;

use tonic::transport::{Certificate, ClientTlsConfig, Identity};
use upstream::Origin;

use crate::Config;

/// How TLS is spoken; `None` for `http://`. An error is a clause for the operator.
pub(super) fn config(config: &Config, origin: &Origin) -> Result<Option<ClientTlsConfig>, String> {
    if origin.url().scheme() != "https" {
        let is_asked = config.http.ca.is_some() || config.client_cert.is_some() || config.client_key.is_some();
        return if is_asked { Err("certificates are for `https://` addresses".into()) } else { Ok(None) };
    }
    let mut tls =
        ClientTlsConfig::new().with_native_roots().timeout(Duration::from_millis(config.http.connect_timeout_ms));
    if let Some(ca) = &config.http.ca {
        tls = tls.ca_certificate(Certificate::from_pem(read(&config.base, ca)?));
    }
    match (&config.client_cert, &config.client_key) {
        (Some(certificate), Some(key)) => {
            let identity = Identity::from_pem(read(&config.base, certificate)?, read(&config.base, key)?);
            tls = tls.identity(identity);
        }
        (None, None) => {}
        _ => return Err("`client_cert` and `client_key` go together".into()),
    }
    Ok(Some(tls))
}

fn read(base: &Path, path: &PathBuf) -> Result<Vec<u8>, String> {
    let pem = std::fs::read(base.join(path)).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    if pem.windows(11).any(|at| at == b"-----BEGIN ") { Ok(pem) } else { Err(format!("{} is not PEM", path.display())) }
}
