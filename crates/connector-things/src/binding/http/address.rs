use connector::{Error, ErrorKind, Result};
use http::HeaderName;
use upstream::{Origin, Placement};
use url::{Position, Url};

use crate::td::SecurityScheme;

/// An address's origin, path and query. `named` says whether configuration itself knows the host.
pub(super) fn parts(href: &str, named: bool) -> Result<(Origin, String, String)> {
    let wrong = || Error::new(ErrorKind::Unsupported, "The device's description has an address that is none.");
    let url = Url::parse(href).map_err(|_| wrong())?;
    let base = &url[..Position::BeforePath];
    let origin = if named { Origin::parse(base) } else { Origin::described(base) }.map_err(|_| wrong())?;
    let query = url.query().unwrap_or_default().to_owned();
    Ok((origin, url.path().to_owned(), query))
}

/// Where a credential goes; nowhere where the device asks for none.
pub(super) fn placement(scheme: &SecurityScheme) -> Result<Option<Placement>> {
    Ok(Some(match scheme {
        SecurityScheme::None => return Ok(None),
        SecurityScheme::Basic => Placement::Basic,
        SecurityScheme::Bearer => Placement::Bearer,
        SecurityScheme::ApiKey { place, name } => match place.as_str() {
            "header" => {
                let name = HeaderName::try_from(name.as_str()).map_err(|_| strange("apikey"))?;
                Placement::Header { name, prefix: String::new() }
            }
            "cookie" => Placement::Cookie { name: name.clone() },
            _ => Placement::Query { name: name.clone() },
        },
        SecurityScheme::Other(name) => return Err(strange(name)),
    }))
}

fn strange(name: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("The device wants to know who calls in a way that is not spoken: {name}."),
    )
}
