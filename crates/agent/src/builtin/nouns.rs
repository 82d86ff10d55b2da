use std::collections::HashMap;

use connector::OperationKind;
use gateway::{Offered, OfferedAction, Toolbox};
use jiff::civil::Date;

use super::cursor::Cursor;
use super::{fields, forms};

/// How many tokens of a message may come before the collection's name.
const REACH_TOKENS: usize = 24;
/// Most words of a collection's name.
const WORDS_MAX: usize = 6;

/// Words for a collection of files.
const FILE_WORDS: [&str; 6] = ["file", "note", "document", "doc", "memo", "folder"];

/// Words for a collection of devices.
const DEVICE_WORDS: [&str; 2] = ["device", "thing"];

/// What there is to talk about: one caller's catalog.
pub(crate) struct World<'a> {
    pub(crate) toolbox: &'a Toolbox,
    pub(crate) collections: Vec<Offered<'a>>,
    pub(crate) actions: Vec<OfferedAction<'a>>,
    pub(crate) today: Date,
    /// Index by the first word of a name; several names may begin alike.
    names: HashMap<String, Vec<Name>>,
}

/// One way to call a collection.
struct Name {
    words: Vec<String>,
    collection: usize,
    /// 0 for its own name, more for what is less sure.
    rank: u8,
}

/// A collection's name in a message.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Which collections it may be: one, or twins of several resources.
    pub(crate) collections: Vec<usize>,
    /// How many tokens came before it, and how many it takes.
    pub(crate) at: usize,
    pub(crate) len: usize,
    /// Whether it is a whole name and not just a part of one.
    pub(crate) exact: bool,
    /// Whether it is the collection's own name, and not its resource's.
    pub(crate) own: bool,
    /// In the plural.
    pub(crate) plural: bool,
}

const OWN: u8 = 0;
const SYNONYM: u8 = 1;
const RESOURCE: u8 = 2;
const PART: u8 = 3;

impl<'a> World<'a> {
    pub(crate) fn new(toolbox: &'a Toolbox, today: Date) -> Self {
        let collections = toolbox.collections();
        let mut world =
            Self { toolbox, actions: toolbox.actions(), today, names: HashMap::new(), collections: Vec::new() };
        for (at, offered) in collections.iter().enumerate() {
            let own = forms::split(&offered.collection.name);
            let qualified = forms::split(&format!("{}.{}", offered.resource, offered.collection.name));
            world.name(own.clone(), at, OWN);
            world.name(qualified, at, OWN);
            if fields::is_files(offered.collection) {
                FILE_WORDS.iter().for_each(|word| world.name(vec![(*word).to_owned()], at, SYNONYM));
            }
            if own == ["things"] {
                DEVICE_WORDS.iter().for_each(|word| world.name(vec![(*word).to_owned()], at, SYNONYM));
            }
            if collections.iter().filter(|other| other.resource == offered.resource).count() == 1 {
                world.name(forms::split(offered.resource), at, RESOURCE);
            }
            if own.len() > 1 {
                own.iter().for_each(|word| world.name(vec![word.clone()], at, PART));
            }
        }
        world.collections = collections;
        world
    }

    fn name(&mut self, words: Vec<String>, collection: usize, rank: u8) {
        if words.is_empty() || words.len() > WORDS_MAX {
            return;
        }
        for first in forms::singulars(&words[0]) {
            self.names.entry(first).or_default().push(Name { words: words.clone(), collection, rank });
        }
    }

    /// The first collection that is named: the longest name there, the surest of those.
    pub(crate) fn find(&self, cursor: &Cursor<'_>) -> Option<Found> {
        let mut part = None;
        for at in 0..cursor.tokens.len().min(REACH_TOKENS) {
            let mut here = *cursor;
            here.skip(at);
            match self.at(&here) {
                Some(found) if found.exact => return Some(Found { at, ..found }),
                Some(found) => part = part.or(Some(Found { at, ..found })),
                None => {}
            }
        }
        part
    }

    /// The collection whose name is next.
    pub(crate) fn at(&self, cursor: &Cursor<'_>) -> Option<Found> {
        let text = cursor.word(0);
        if text.is_empty() {
            return None;
        }
        let (spoken, taken) = spoken(cursor);
        let hits = |rank: u8| {
            let mut hits: Vec<(usize, usize)> = Vec::new();
            for form in forms::singulars(spoken.first().map_or("", String::as_str)) {
                let names = self.names.get(&form).into_iter().flatten().filter(|name| name.rank == rank);
                let fits = names.filter(|name| {
                    let len = name.words.len();
                    // A name ends where a token ends: `orders` is not named by `orders.txt`.
                    len <= spoken.len()
                        && taken.get(len) != taken.get(len - 1)
                        && name.words.iter().zip(&spoken).all(|(a, b)| forms::same(a, b))
                });
                hits.extend(fits.map(|name| (name.words.len(), name.collection)));
            }
            let longest = hits.iter().map(|(len, _)| *len).max()?;
            let mut collections: Vec<_> = hits.iter().filter(|(len, _)| *len == longest).map(|(_, at)| *at).collect();
            collections.sort_unstable();
            collections.dedup();
            Some((longest, collections))
        };
        let (rank, (words, collections)) =
            [OWN, SYNONYM, RESOURCE, PART].into_iter().find_map(|rank| Some((rank, hits(rank)?)))?;
        let last = spoken.get(words - 1).map_or("", String::as_str);
        Some(Found {
            collections,
            at: 0,
            len: *taken.get(words - 1)?,
            exact: rank != PART,
            own: rank < RESOURCE,
            plural: forms::is_plural(last),
        })
    }

    /// Whether the caller may do this with that collection.
    pub(crate) fn can(&self, collection: usize, kind: OperationKind) -> bool {
        self.collections.get(collection).is_some_and(|offered| offered.operations.contains(&kind))
    }

    /// The collection of settings, where there is just one: each is named by its key and has a value.
    pub(crate) fn settings(&self) -> Option<usize> {
        let mut all =
            self.collections.iter().enumerate().filter(|(_, offered)| fields::is_settings(offered.collection));
        all.next().filter(|_| all.next().is_none()).map(|(at, _)| at)
    }

    /// The collections of devices: those whose resource reads a property of one of them by its name.
    pub(crate) fn things(&self) -> Vec<usize> {
        let reads = |resource: &str| self.action(resource, "read_property").is_some();
        let all = self.collections.iter().enumerate();
        all.filter(|(_, it)| it.collection.name == "things" && reads(it.resource)).map(|(at, _)| at).collect()
    }

    /// An action of one resource.
    pub(crate) fn action(&self, resource: &str, name: &str) -> Option<&OfferedAction<'a>> {
        self.actions.iter().find(|offered| offered.resource == resource && offered.action.name == name)
    }

    /// Whether a resource holds settings or devices.
    pub(crate) fn is_wished(&self, resource: &str) -> bool {
        let special = self.things().into_iter().chain(self.settings());
        special.filter_map(|at| self.collections.get(at)).any(|offered| offered.resource == resource)
    }

    /// Whether a collection is named that holds neither settings nor devices.
    pub(crate) fn names_other(&self, cursor: &Cursor<'_>) -> bool {
        let special = |at: &usize| Some(*at) == self.settings() || self.things().contains(at);
        self.find(cursor).is_some_and(|found| !found.collections.iter().all(special))
    }

    /// Names of all collections, as arguments call them.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.collections.iter().map(|offered| offered.resource_type.as_str()).collect()
    }

    /// The collection of files, where there is just one.
    pub(crate) fn files(&self) -> Option<usize> {
        let mut all = self.collections.iter().enumerate().filter(|(_, offered)| fields::is_files(offered.collection));
        all.next().filter(|_| all.next().is_none()).map(|(at, _)| at)
    }
}

/// The words that are spoken next, names such as `order_items` taken apart, and for each the number of tokens up
/// to its end.
fn spoken(cursor: &Cursor<'_>) -> (Vec<String>, Vec<usize>) {
    let mut words = Vec::new();
    let mut taken = Vec::new();
    for (at, token) in cursor.tokens.iter().enumerate().take(WORDS_MAX) {
        let plain = token.text.trim_end_matches("'s");
        let parts = forms::split(plain);
        if token.lower.is_empty() || parts.is_empty() || token.text.contains(['/', '@', '#']) {
            break;
        }
        for part in parts {
            words.push(part);
            taken.push(at + 1);
        }
    }
    (words, taken)
}
