//! What must hold of the tree: who depends on whom, how files are named, what OpenAPI says.

mod dependencies;
mod openapi;
mod sources;
mod workspace;
