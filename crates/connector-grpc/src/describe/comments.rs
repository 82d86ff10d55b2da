use std::collections::HashMap;

use prost_reflect::prost_types::FileDescriptorProto;

/// What stands above definitions in their source, where the descriptors have it.
#[derive(Debug, Default)]
pub(crate) struct Comments {
    by_place: HashMap<String, HashMap<Vec<i32>, String>>,
}

impl Comments {
    pub(super) fn of<'a>(files: impl Iterator<Item = &'a FileDescriptorProto>) -> Self {
        let mut by_place: HashMap<String, HashMap<Vec<i32>, String>> = HashMap::new();
        for file in files {
            for location in file.source_code_info.iter().flat_map(|info| &info.location) {
                let text = [location.leading_comments(), location.trailing_comments()].join(" ");
                if !text.trim().is_empty() {
                    by_place.entry(file.name().to_owned()).or_default().insert(location.path.clone(), text);
                }
            }
        }
        Self { by_place }
    }

    /// Of the definition at this place (`google/protobuf/descriptor.proto`, `SourceCodeInfo.Location.path`).
    pub(crate) fn at(&self, file: &str, path: &[i32]) -> Option<&str> {
        self.by_place.get(file)?.get(path).map(String::as_str)
    }
}
