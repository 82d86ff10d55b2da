use anyhow::{Result, bail};

pub(crate) fn run(_: &[String]) -> Result<()> {
    crate::install::ensure(&[crate::install::WRK])?;
    bail!("not yet")
}
