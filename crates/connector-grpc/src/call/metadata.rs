use connector::{Error, Result};
use tonic::metadata::MetadataMap;
use upstream::Request;

/// What goes beside a call's message. Keys that gRPC itself sets were refused when the configuration was read.
pub(super) fn of(request: &Request) -> Result<MetadataMap> {
    let is_ours = request.headers.keys().any(|name| name.as_str().starts_with("grpc-"));
    if is_ours {
        return Err(Error::internal("metadata that is gRPC's own"));
    }
    Ok(MetadataMap::from_headers(request.headers.clone()))
}
