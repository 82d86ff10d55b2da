use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::td::{Form, Op};

/// Where a bus is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// A device or a gateway in the network.
    Tcp {
        /// Its name or address.
        host: String,
        /// Its port; 502 by default.
        port: u16,
        /// Whether configuration itself wrote the host.
        named: bool,
    },
    /// A line that configuration names.
    Serial {
        /// Its name there.
        line: String,
    },
}

/// The four tables of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entity {
    /// Bits that can be written.
    Coil,
    /// Bits that cannot.
    DiscreteInput,
    /// Words that can be written.
    HoldingRegister,
    /// Words that cannot.
    InputRegister,
}

impl Entity {
    /// Whether its items are bits.
    pub(crate) const fn is_bits(self) -> bool {
        matches!(self, Self::Coil | Self::DiscreteInput)
    }

    const fn is_writable(self) -> bool {
        matches!(self, Self::Coil | Self::HoldingRegister)
    }

    /// The most items of one request (Modbus Application Protocol V1.1b3, section 6).
    const fn most(self, is_write: bool) -> u16 {
        match (self.is_bits(), is_write) {
            (true, false) => 2_000,
            (true, true) => 1_968,
            (false, false) => 125,
            (false, true) => 123,
        }
    }
}

/// Which coils or registers of which unit a form means.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) entity: Entity,
    pub(crate) unit: u8,
    /// As it is sent: from 0 on.
    pub(crate) address: u16,
    /// How many; nothing where the form does not say.
    pub(crate) quantity: Option<u16>,
    /// A single one is written by the function for many, too: the form names that function.
    pub(crate) as_many: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) polling: Option<Duration>,
}

/// Reads a form. `Err` says in a few words why it cannot be used.
pub(crate) fn read(form: &Form, op: Op, zero_based: bool, named: bool) -> Result<(Place, Span), String> {
    if form.href.contains(['{', '}']) {
        return Err("a Modbus address takes no variables".into());
    }
    let url = Url::parse(&form.href).map_err(|_| "its address is none")?;
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("a Modbus address has no account and no fragment".into());
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or("its address names no host")?.to_owned();
    let place = match url.scheme() {
        "modbus+tcp" => Place::Tcp { host, port: url.port().unwrap_or(502), named },
        "modbus+rtu" if !named => return Err("serial lines are for descriptions that configuration names".into()),
        "modbus+rtu" => Place::Serial { line: host },
        _ => return Err("its scheme is neither modbus+tcp nor modbus+rtu".into()),
    };
    let (unit, address) = path(&url)?;
    let is_serial = matches!(place, Place::Serial { .. });
    let unit = one(unit, number(form, "unitID")?, "unit")?;
    let unit = unit.or((!is_serial).then_some(255)).ok_or("it names no unit")?;
    let unit = u8::try_from(unit).ok().filter(|unit| !is_serial || (1..=247).contains(unit));
    let unit = unit.ok_or("its unit is out of range")?;
    let (entity, as_many) = entity(form)?;
    let is_write = matches!(op, Op::Write | Op::Invoke);
    if is_write && !entity.is_writable() {
        return Err("it cannot be written".into());
    }
    let mut queried = None;
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "quantity" => queried = Some(value.parse::<u32>().map_err(|_| "its quantity is no number")?),
            "timeout" => {}
            _ => return Err(format!("`{}` in its address is not known", name.chars().take(32).collect::<String>())),
        }
    }
    let quantity = one(queried, number(form, "quantity")?, "quantity")?;
    let most = entity.most(is_write);
    let quantity = quantity.map(|it| u16::try_from(it).ok().filter(|it| (1..=most).contains(it)));
    if quantity == Some(None) {
        return Err(format!("one request has 1 to {most} of them"));
    }
    let address = one(address, number(form, "address")?, "address")?.ok_or("it names no address")?;
    let zero_based = form.term("modv", "zeroBasedAddressing").and_then(Value::as_bool).unwrap_or(zero_based);
    let address = if zero_based { Some(address) } else { address.checked_sub(1) };
    let address = address.ok_or("addresses count from 1, unless modv:zeroBasedAddressing is true")?;
    let address = u16::try_from(address).map_err(|_| "its address is out of range")?;
    let millis = |name| Ok::<_, String>(number(form, name)?.map(|it| Duration::from_millis(u64::from(it))));
    let quantity = quantity.flatten();
    let span =
        Span { entity, unit, address, quantity, as_many, timeout: millis("timeout")?, polling: millis("pollingTime")? };
    Ok((place, span))
}

/// `/unit` or `/unit/address`.
fn path(url: &Url) -> Result<(Option<u32>, Option<u32>), String> {
    let mut parts = url.path().split('/').filter(|part| !part.is_empty());
    let mut next = || parts.next().map(|part| part.parse::<u32>().map_err(|_| "its path is not /unit/address"));
    let (unit, address) = (next().transpose()?, next().transpose()?);
    if parts.next().is_some() { Err("its path is not /unit/address".into()) } else { Ok((unit, address)) }
}

/// What is said twice has to be the same.
fn one(address: Option<u32>, term: Option<u32>, what: &str) -> Result<Option<u32>, String> {
    match (address, term) {
        (Some(one), Some(other)) if one != other => Err(format!("its address and its terms name different {what}s")),
        (one, other) => Ok(one.or(other)),
    }
}

fn number(form: &Form, name: &str) -> Result<Option<u32>, String> {
    // The binding's first drafts wrote `modbus:` for what is `modv:` now.
    let Some(value) = form.term("modv", name).or_else(|| form.term("modbus", name)) else { return Ok(None) };
    let number = value.as_u64().and_then(|it| u32::try_from(it).ok());
    number.map(Some).ok_or_else(|| format!("modv:{name} is not a number"))
}

fn entity(form: &Form) -> Result<(Entity, bool), String> {
    let term = |name| form.term("modv", name).or_else(|| form.term("modbus", name));
    let function = term("function").map(|it| match it {
        Value::String(name) => name.to_ascii_lowercase(),
        other => other.to_string(),
    });
    let by_function = match function.as_deref() {
        None => None,
        Some("1" | "readcoil" | "readcoils") | Some("5" | "writesinglecoil") => Some((Entity::Coil, false)),
        Some("15" | "writemultiplecoils") => Some((Entity::Coil, true)),
        Some("2" | "readdiscreteinput" | "readdiscreteinputs") => Some((Entity::DiscreteInput, false)),
        Some("3" | "readholdingregisters") => Some((Entity::HoldingRegister, false)),
        Some("6" | "writesingleholdingregister" | "writesingleregister") => Some((Entity::HoldingRegister, false)),
        Some("16" | "writemultipleholdingregisters" | "writemultipleregisters") => {
            Some((Entity::HoldingRegister, true))
        }
        Some("4" | "readinputregisters") => Some((Entity::InputRegister, false)),
        Some(_) => return Err("its modv:function is not spoken".into()),
    };
    let named = match term("entity").map(|it| it.as_str().unwrap_or_default()) {
        None => None,
        Some("Coil") => Some(Entity::Coil),
        Some("DiscreteInput") => Some(Entity::DiscreteInput),
        Some("HoldingRegister") => Some(Entity::HoldingRegister),
        Some("InputRegister") => Some(Entity::InputRegister),
        Some(_) => return Err("its modv:entity is not known".into()),
    };
    // Where both are said, the entity counts.
    match (named, by_function) {
        (Some(entity), by_function) => Ok((entity, by_function.is_some_and(|(same, many)| many && same == entity))),
        (None, Some(found)) => Ok(found),
        (None, None) => Err("it says neither modv:entity nor modv:function".into()),
    }
}
