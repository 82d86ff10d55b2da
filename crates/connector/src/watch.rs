/// What a resource says happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Happening {
    /// Other actions than before.
    Actions,
    /// Other prompts than before.
    Prompts,
    /// Other documents than before.
    Documents,
}
