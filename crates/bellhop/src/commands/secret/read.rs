use std::io::{IsTerminal, Read, Write};

use anyhow::{Context, anyhow};

/// Most bytes that are read as one secret.
const BYTES_MAX: u64 = 16 * 1024;

/// A secret from standard input: asked for without an echo on a terminal, else all of it without its last line end.
pub(super) fn secret(asked: &str) -> anyhow::Result<String> {
    let input = std::io::stdin();
    let mut secret = String::new();
    if input.is_terminal() {
        write!(std::io::stderr(), "{asked}")?;
        let read = without_echo(|| input.read_line(&mut secret));
        writeln!(std::io::stderr())?;
        read?.context("nothing can be read from the terminal")?;
    } else {
        input.take(BYTES_MAX + 1).read_to_string(&mut secret).context("standard input is not text")?;
    }
    let text = secret.strip_suffix('\n').unwrap_or(&secret);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(anyhow!("nothing was given: pipe the credential into this command, or type it when asked"));
    }
    anyhow::ensure!(secret.len() as u64 <= BYTES_MAX, "a credential has at most {BYTES_MAX} bytes");
    Ok(text.to_owned())
}

#[cfg(unix)]
fn without_echo<T>(read: impl FnOnce() -> T) -> anyhow::Result<T> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let input = std::io::stdin();
    let before = tcgetattr(&input).context("the terminal's echo cannot be turned off")?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&input, OptionalActions::Flush, &silent).context("the terminal's echo cannot be turned off")?;
    let read = read();
    tcsetattr(&input, OptionalActions::Flush, &before).context("the terminal's echo cannot be turned on again")?;
    Ok(read)
}

#[cfg(not(unix))]
fn without_echo<T>(_read: impl FnOnce() -> T) -> anyhow::Result<T> {
    Err(anyhow!("here the terminal's echo cannot be turned off: pipe the credential into this command"))
}

/// The day of a moment, in UTC: `2026-11-22`.
pub(super) fn day(seconds: u64) -> String {
    // Civil from days, as in Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn days_are_those_of_the_calendar() {
        let days = [0, 951_782_400, 1_709_164_800, 1_795_305_600].map(day);
        assert_eq!(days, ["1970-01-01", "2000-02-29", "2024-02-29", "2026-11-22"]);
    }
}
