//! Tools made from catalogs: the typed and the universal projection.

mod common;
mod describe;
mod headers;
mod names;
mod schema;
mod search;
mod several;
mod typed;
mod universal;
mod words;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use access::Effect;
use connector::{Action, Catalog, Collection, OperationKind, Prompt};
use jsonschema::Validator;
use moka::sync::Cache;

use crate::{Offers, Options, Tool, ToolsMode};

pub(crate) use describe::{describe_action, describe_collection, summary};

/// All tools of all resources, for nobody in particular. A toolbox shows the part that its caller may use.
pub(crate) struct Projection {
    pub(crate) resources: Vec<Known>,
    pub(crate) universal: Option<Vec<Arc<Entry>>>,
    typed: Vec<Typed>,
    /// Typed tools that were needed, with their validators.
    made: Cache<usize, Option<Arc<Entry>>>,
    by_name: HashMap<String, usize>,
    by_place: HashMap<(Place, Option<OperationKind>), usize>,
    resource_types: HashMap<Place, String>,
    prompts: Vec<NamedPrompt>,
    /// Names that two things have.
    pub(crate) clashes: Vec<String>,
    pub(crate) offers: Offers,
    actions: HashMap<String, Place>,
    index: search::Index,
    options: Options,
}

/// How many typed tools are kept when they are not listed: of twenty thousand operations few are called.
const MADE_MAX: u64 = 1_000;

/// A resource and the catalog that the tools were made from.
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) catalog: Arc<Catalog>,
    /// Whether its names are its own, without the resource's before them.
    pub(crate) bare: bool,
    /// Actions that are no tools: see [`Gateway::reserving`](crate::Gateway::reserving).
    reserved: HashSet<String>,
}

impl Known {
    /// The actions that are tools, with their numbers in the catalog.
    fn actions(&self) -> impl Iterator<Item = (usize, &Action)> {
        self.catalog.actions.iter().enumerate().filter(|(_, action)| !self.reserved.contains(&action.name))
    }
}

/// A collection or an action: which resource, and which of its collections or actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Collection { resource: usize, index: usize },
    Action { resource: usize, index: usize },
}

impl Place {
    pub(crate) fn resource(self) -> usize {
        match self {
            Self::Collection { resource, .. } | Self::Action { resource, .. } => resource,
        }
    }
}

/// A tool with what is needed to call it.
pub(crate) struct Entry {
    pub(crate) tool: Tool,
    pub(crate) route: Route,
    pub(crate) validator: Validator,
}

/// What a tool does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Operation { place: Place, kind: OperationKind },
    Invoke { place: Place },
    Universal(Universal),
}

/// What a universal tool does, before it is known on what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Universal {
    Describe,
    Operation(OperationKind),
    Invoke,
}

/// A prompt, by the name that clients call it.
struct NamedPrompt {
    name: String,
    resource: usize,
    index: usize,
}

/// A typed tool, made when it is needed: with a thousand tables most never are.
struct Typed {
    name: String,
    route: Route,
}

impl Projection {
    pub(crate) fn new(
        catalogs: Vec<(String, Arc<Catalog>)>,
        reserved: &[(String, String)],
        bare: &HashSet<String>,
        options: &Options,
    ) -> Self {
        let resources: Vec<_> = catalogs
            .into_iter()
            .map(|(name, catalog)| {
                let here = reserved.iter().filter(|(resource, _)| *resource == name);
                let reserved = here.map(|(_, action)| action.clone()).collect();
                let bare = bare.contains(&name);
                Known { name, catalog, bare, reserved }
            })
            .collect();
        let mut clashes = Vec::new();
        let typed = names::typed(&resources, &mut clashes);
        let prompts = names::prompts(&resources, &mut clashes);
        clashes.extend(names::several_bare_documents(&resources));
        let offers = Offers {
            prompts: !prompts.is_empty(),
            documents: resources.iter().any(|known| known.catalog.documents.is_some()),
            made_for_models: resources.iter().flat_map(Known::actions).any(|(_, action)| action.shown.is_some()),
        };
        let few = typed.len() <= options.tools_typed_max;
        let universal = match options.tools {
            ToolsMode::Typed => None,
            ToolsMode::Auto if few => None,
            ToolsMode::Auto | ToolsMode::Universal => Some(universal::entries(&resources, options)),
        };
        let by_name = typed.iter().enumerate().map(|(at, tool)| (tool.name.clone(), at)).collect();
        let by_place = typed
            .iter()
            .enumerate()
            .filter_map(|(at, tool)| match tool.route {
                Route::Operation { place, kind } => Some(((place, Some(kind)), at)),
                Route::Invoke { place } => Some(((place, None), at)),
                Route::Universal(_) => None,
            })
            .collect();
        let resource_types = names::resource_types(&resources);
        let actions = resource_types.iter().filter(|(place, _)| matches!(place, Place::Action { .. }));
        let actions = actions.map(|(place, name)| (name.clone(), *place)).collect();
        let kept = if universal.is_some() { MADE_MAX } else { typed.len() as u64 };
        Self {
            resources,
            universal,
            typed,
            made: Cache::new(kept),
            by_name,
            by_place,
            resource_types,
            prompts,
            clashes,
            offers,
            actions,
            index: search::Index::default(),
            options: options.clone(),
        }
    }

    /// The tools that are listed, in their fixed order.
    pub(crate) fn listed(&self) -> Vec<Arc<Entry>> {
        match &self.universal {
            Some(entries) => entries.clone(),
            None => (0..self.typed.len()).filter_map(|at| self.made(at)).collect(),
        }
    }

    /// A listed tool by its name.
    pub(crate) fn named(&self, name: &str) -> Option<Arc<Entry>> {
        match &self.universal {
            Some(entries) => entries.iter().find(|entry| entry.tool.name == name).cloned(),
            None => self.made(*self.by_name.get(name)?),
        }
    }

    /// The typed tool of a collection's operation, or of an action where `kind` is none, listed or not.
    pub(crate) fn typed_at(&self, place: Place, kind: Option<OperationKind>) -> Option<Arc<Entry>> {
        self.made(*self.by_place.get(&(place, kind))?)
    }

    fn made(&self, at: usize) -> Option<Arc<Entry>> {
        let tool = self.typed.get(at)?;
        self.made.get_with(at, || typed::entry(self, &tool.name, tool.route))
    }

    /// The places that a search finds, best first.
    pub(crate) fn search(&self, words: &str) -> Vec<Place> {
        self.index.find(self, words)
    }

    /// The action that arguments call by exactly this name.
    pub(crate) fn action_named(&self, name: &str) -> Option<Place> {
        self.actions.get(name).copied()
    }

    pub(crate) fn collection(&self, place: Place) -> Option<&Collection> {
        match place {
            Place::Collection { resource, index } => self.resources.get(resource)?.catalog.collections.get(index),
            Place::Action { .. } => None,
        }
    }

    pub(crate) fn action(&self, place: Place) -> Option<&Action> {
        match place {
            Place::Action { resource, index } => self.resources.get(resource)?.catalog.actions.get(index),
            Place::Collection { .. } => None,
        }
    }

    /// Every collection, resource by resource.
    pub(crate) fn collections(&self) -> impl Iterator<Item = (Place, &Known, &Collection)> {
        self.resources.iter().enumerate().flat_map(|(resource, known)| {
            known
                .catalog
                .collections
                .iter()
                .enumerate()
                .map(move |(index, collection)| (Place::Collection { resource, index }, known, collection))
        })
    }

    /// Every action, resource by resource.
    pub(crate) fn actions(&self) -> impl Iterator<Item = (Place, &Known, &Action)> {
        self.resources.iter().enumerate().flat_map(|(resource, known)| {
            known.actions().map(move |(index, action)| (Place::Action { resource, index }, known, action))
        })
    }

    /// Every prompt, resource by resource, by the name that clients call it.
    pub(crate) fn prompts(&self) -> impl Iterator<Item = (&str, usize, &Prompt)> {
        self.prompts.iter().filter_map(|it| {
            let prompt = self.resources.get(it.resource)?.catalog.prompts.get(it.index)?;
            Some((it.name.as_str(), it.resource, prompt))
        })
    }

    /// What an argument calls this place: its own name where no other resource has the same, else with the
    /// resource's name before it.
    pub(crate) fn resource_type(&self, place: Place) -> &str {
        self.resource_types.get(&place).map_or("", String::as_str)
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }
}

/// The strongest effect of an operation kind, for annotations.
pub(crate) fn effect_of(universal: Universal) -> Effect {
    match universal {
        Universal::Describe => Effect::Read,
        Universal::Operation(kind) => kind.effect(),
        Universal::Invoke => Effect::Destroy,
    }
}
