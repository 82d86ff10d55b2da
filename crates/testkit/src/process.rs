//! Starting what tests need.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that runs as another user, where one is named: servers refuse to run as root.
pub(crate) fn as_user(user: Option<&str>, program: &Path) -> Command {
    let mut command = match user {
        Some(user) => {
            let mut command = Command::new("runuser");
            command.args(["-u", user, "--"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    // Some folders of whoever runs the tests are closed to the server's user.
    command.current_dir("/");
    command
}

pub(crate) fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"));
    assert!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("it has an address").port()
}

/// What `cargo xtask install` put below the target folder that the running test lies in.
pub(crate) fn installed(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let found = test.ancestors().map(|folder| folder.join("peers").join(name)).find(|file| file.exists());
    found.unwrap_or_else(|| panic!("{name} is missing: run `cargo xtask install`"))
}
