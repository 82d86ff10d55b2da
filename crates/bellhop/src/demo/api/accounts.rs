use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// Places of one account.
const PLACES_MAX: usize = 100;
/// Characters of a city's name and of a note.
const TEXT_CHARS_MAX: usize = 200;

/// Made-up weather: the city, its sky and its temperature in °C.
const WEATHER: [(&str, &str, f64); 8] = [
    ("Berlin", "cloudy", 7.5),
    ("Kiel", "rain", 8.0),
    ("Lisbon", "clear", 17.0),
    ("London", "rain", 10.5),
    ("Oslo", "snow", -2.0),
    ("Paris", "cloudy", 9.0),
    ("Porto", "clear", 15.5),
    ("Tokyo", "clear", 14.0),
];

/// Who has an account, by their keys.
#[derive(Debug)]
pub(in crate::demo) struct Accounts(HashMap<String, Mutex<Places>>);

/// What one account holds.
#[derive(Debug, Default)]
pub(super) struct Places {
    last_id: u64,
    all: BTreeMap<u64, Place>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Place {
    id: u64,
    #[serde(flatten)]
    told: NewPlace,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPlace {
    city: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// The weather somewhere, as one account sees it.
#[derive(Debug, Serialize)]
pub(super) struct Weather {
    city: &'static str,
    sky: &'static str,
    celsius: f64,
    saved: bool,
}

impl Accounts {
    /// An account for each key, with a first place.
    pub(in crate::demo) fn new(accounts: impl IntoIterator<Item = (String, String)>) -> Self {
        let account = |(key, city): (String, String)| {
            let mut places = Places::default();
            places.add(NewPlace { city, note: Some("home".to_owned()) });
            (key, Mutex::new(places))
        };
        Self(accounts.into_iter().map(account).collect())
    }

    /// The account that a key opens.
    pub(super) fn open(&self, key: &str) -> Option<MutexGuard<'_, Places>> {
        Some(self.0.get(key)?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Places {
    pub(super) fn all(&self) -> Vec<&Place> {
        self.all.values().collect()
    }

    pub(super) fn get(&self, id: u64) -> Option<&Place> {
        self.all.get(&id)
    }

    pub(super) fn remove(&mut self, id: u64) -> bool {
        self.all.remove(&id).is_some()
    }

    /// None where there is no room for it, or its texts are too long.
    pub(super) fn add(&mut self, told: NewPlace) -> Option<&Place> {
        let long = |text: &str| text.chars().count() > TEXT_CHARS_MAX;
        if self.all.len() >= PLACES_MAX
            || told.city.is_empty()
            || long(&told.city)
            || told.note.as_deref().is_some_and(long)
        {
            return None;
        }
        self.last_id += 1;
        Some(self.all.entry(self.last_id).or_insert(Place { id: self.last_id, told }))
    }

    pub(super) fn weather(&self, city: &str) -> Option<Weather> {
        let (city, sky, celsius) = WEATHER.into_iter().find(|(name, ..)| name.eq_ignore_ascii_case(city))?;
        let saved = self.all.values().any(|place| place.told.city.eq_ignore_ascii_case(city));
        Some(Weather { city, sky, celsius, saved })
    }
}
