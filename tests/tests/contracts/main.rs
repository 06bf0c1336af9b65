//! What must hold of the tree: who depends on whom, how files are named, what OpenAPI says, and that
//! each request reaches one function by every way.

mod dependencies;
mod deployment;
mod errors;
mod openapi;
mod routes;
mod sources;
mod starts;
mod workspace;
