//! The wire: request and response types, as JSON has them and OpenAPI describes them.
//!
//! Requests refuse unknown fields by name and become domain values by `parse`; responses are made
//! from domain values by `From`. Nothing here knows HTTP.

mod append;
mod bytes;
mod config;
mod create_table;
mod ducklake;
mod event;
mod history;
mod job;
mod page;
mod patch_table;
mod problem;
mod query;
mod run;
mod run_dataset;
mod system;
mod table;

pub use append::{AppendAnswer, AppendSource};
pub use bytes::RowsBytes;
pub use config::{
    CatalogPlace, CheckStatus, ConfigCheck, ConfigFeatures, ConfigLimits, ConfigSummary,
    ConfigValidation, EngineLimits, Feature, FeatureState, StatePlace, StoragePlace,
};
pub use create_table::{CreateTable, NewTable, NewTableFrom};
pub use ducklake::{DuckLakeState, Reconnected};
pub use event::EventFrame;
pub use history::{SnapshotItem, SnapshotWrite};
pub use job::{CreateJob, JobDocument};
pub use page::Page;
pub use patch_table::{PatchColumn, PatchTable};
pub use problem::{Problem, ProblemField};
pub use query::{QueryRequest, RowsAnswer, RowsColumn};
pub use run::{
    CompleteRun, ForeignJob, ParentDocument, ProgressDocument, PutProgress, RunDocument, RunError,
    StartRun, StopRun,
};
pub use run_dataset::RunDatasetItem;
pub use system::{
    DependencyState, EngineState, Health, HealthState, MemoryState, Root, Status, Versions,
};
pub use table::{ColumnDocument, KindDocument, TableDocument, TableItem};
