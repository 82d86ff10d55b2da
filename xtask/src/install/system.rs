use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// Something that the system's package manager installs.
#[derive(Clone, Copy)]
pub(crate) struct Need {
    /// What it is, for a person.
    what: &'static str,
    /// Its packages in Debian and its relatives.
    packages: &'static [&'static str],
    is_there: fn() -> bool,
}

/// The server whose `initdb` the tests start.
pub(crate) const POSTGRESQL: Need =
    Need { what: "PostgreSQL (initdb)", packages: &["postgresql"], is_there: has_initdb };

/// The server that tests of MySQL start.
pub(super) const MARIADB: Need =
    Need { what: "MariaDB (mariadbd)", packages: &["mariadb-server"], is_there: has_mariadbd };

/// Python that can make virtual environments.
pub(super) const PYTHON: Need =
    Need { what: "Python 3.10 or later with venv", packages: &["python3", "python3-venv"], is_there: has_venv };

/// Key-value stores.
pub(super) const REDIS: Need =
    Need { what: "Redis (redis-server)", packages: &["redis-server"], is_there: || on_path("redis-server") };
pub(super) const NATS: Need =
    Need { what: "NATS (nats-server)", packages: &["nats-server"], is_there: || on_path("nats-server") };

/// A broker that devices speak through.
pub(super) const MOSQUITTO: Need = Need {
    what: "Mosquitto",
    packages: &["mosquitto"],
    is_there: || on_path("mosquitto") || std::path::Path::new("/usr/sbin/mosquitto").is_file(),
};

/// Joins two pseudo-terminals to a serial line.
pub(super) const SOCAT: Need = Need { what: "socat", packages: &["socat"], is_there: || on_path("socat") };

/// What makes load.
pub(crate) const WRK: Need = Need { what: "wrk", packages: &["wrk"], is_there: || on_path("wrk") };

/// Installs what is missing where that may be done, else says what is missing and how to get it.
pub(crate) fn ensure(needs: &[Need]) -> Result<()> {
    let missing: Vec<_> = needs.iter().filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<_> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let names: Vec<_> = missing.iter().map(|need| need.what).collect();
    println!("missing: {}", names.join(", "));
    let Some(apt) = apt() else {
        bail!(
            "{} is missing and cannot be installed from here. On Debian or Ubuntu:\n\n    sudo apt-get install {}\n\n\
             elsewhere through the package manager of the system.",
            names.join(" and "),
            packages.join(" ")
        );
    };
    let run = |words: &[&str]| {
        let mut command = Command::new(apt[0]);
        // RUNLEVEL=1 keeps a package from starting its service: the tests start their own.
        command.args(&apt[1..]).args(["DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get", "--yes"]).args(words);
        shell::run(&mut command)
    };
    shell::twice("apt-get", || {
        // A source that cannot be reached need not be the one that has these packages.
        if let Err(error) = run(&["update", "--quiet"]) {
            println!("{error:#}");
        }
        run(&[&["install", "--quiet", "--no-install-recommends"], packages.as_slice()].concat())
    })?;
    match missing.iter().find(|need| !(need.is_there)()) {
        Some(need) => bail!("{} is still missing after its packages were installed", need.what),
        None => Ok(()),
    }
}

/// How to run a command as root, without asking anyone.
fn apt() -> Option<&'static [&'static str]> {
    if !on_path("apt-get") {
        return None;
    }
    let is_root = shell::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if is_root {
        return Some(&["env"]);
    }
    shell::succeeds(Command::new("sudo").args(["-n", "true"])).then_some(&["sudo", "-n", "env"])
}

fn has_initdb() -> bool {
    on_path("initdb")
        || std::fs::read_dir("/usr/lib/postgresql").is_ok_and(|mut versions| {
            versions.any(|version| version.is_ok_and(|version| version.path().join("bin/initdb").exists()))
        })
}

fn has_mariadbd() -> bool {
    on_path("mariadbd") || std::path::Path::new("/usr/sbin/mariadbd").is_file()
}

fn has_venv() -> bool {
    let check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
    shell::succeeds(Command::new("python3").args(["-c", check]))
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder: PathBuf| folder.join(program)).any(|file| file.is_file())
}
