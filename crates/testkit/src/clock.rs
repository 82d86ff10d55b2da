use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use access::Clock;

/// A clock that stands still at the moment it was made, until a test moves it.
#[derive(Clone)]
pub struct StillClock(Arc<Mutex<SystemTime>>);

impl StillClock {
    /// Stands still now.
    #[expect(clippy::new_without_default, reason = "a default is not a moment in time")]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(SystemTime::now())))
    }

    /// Moves it on.
    pub fn advance_s(&self, seconds: u64) {
        *self.0.lock().expect("no test panicked here") += Duration::from_secs(seconds);
    }

    /// Moves it back.
    pub fn set_back_s(&self, seconds: u64) {
        *self.0.lock().expect("no test panicked here") -= Duration::from_secs(seconds);
    }

    /// What a verifier takes.
    pub fn clock(&self) -> Clock {
        let now = Arc::clone(&self.0);
        Clock::new(move || *now.lock().expect("no test panicked here"))
    }
}
