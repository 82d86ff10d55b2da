use std::sync::OnceLock;

use super::{Place, Projection};

/// The longest search that is read, in words.
const WORDS_MAX: usize = 16;

/// Names and descriptions of everything there is, in lower case. Made when first asked for: only the universal
/// `describe` searches.
#[derive(Default)]
pub(super) struct Index {
    entries: OnceLock<Vec<Text>>,
}

struct Text {
    place: Place,
    name: String,
    description: String,
}

impl Index {
    /// The places in whose names and descriptions every word of `search` occurs, or, where there is none, most of
    /// them: those with more words in the name first, then in the catalogs' order. Everything where there are no words.
    pub(super) fn find(&self, projection: &Projection, search: &str) -> Vec<Place> {
        let search = search.to_lowercase();
        let words: Vec<&str> = search.split_whitespace().take(WORDS_MAX).collect();
        let entries = self.entries.get_or_init(|| entries(projection));
        let scored = entries.iter().map(|text| {
            let named = words.iter().filter(|word| text.name.contains(**word)).count();
            let has = |word: &&&str| text.name.contains(**word) || text.description.contains(**word);
            let found = if named == words.len() { named } else { words.iter().filter(has).count() };
            (found, named, text.place)
        });
        let scored: Vec<_> = scored.filter(|(found, ..)| *found > 0 || words.is_empty()).collect();
        let most = scored.iter().map(|(found, ..)| *found).max().unwrap_or(0);
        let mut best: Vec<_> = scored.into_iter().filter(|(found, ..)| *found == most).collect();
        best.sort_by_key(|(_, named, _)| std::cmp::Reverse(*named));
        best.into_iter().map(|(.., place)| place).collect()
    }
}

fn entries(projection: &Projection) -> Vec<Text> {
    let text = |place, description: Option<&str>| Text {
        place,
        name: projection.resource_type(place).to_lowercase(),
        description: description.unwrap_or_default().to_lowercase(),
    };
    let collections = projection.collections().map(|(place, _, it)| text(place, it.description.as_deref()));
    let actions = projection.actions().map(|(place, _, it)| text(place, it.description.as_deref()));
    collections.chain(actions).collect()
}
