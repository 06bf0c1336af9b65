//! axum glue: what HTTP says, and nothing of what Eider does.
//!
//! A handler's parameters are extractors of this crate, each refusing what is wrong with a problem
//! that names it: [`Authenticated`], [`TablePath`], [`Parameters`], [`Json`], [`IncomingBody`],
//! [`WriteHeaders`]. Its answer is a response or a [`Failure`]; [`finish`] puts the layers around the
//! whole router: request id, log line, time limit, panics, problems, CORS, packed answers.

mod accepted;
mod ambient;
mod aside;
mod authenticated;
mod body;
mod context;
mod cors;
mod etag;
mod failure;
mod finish;
mod in_flight;
mod json;
mod negotiate;
mod options;
mod packed;
mod page;
mod parameters;
mod path;
mod point;
mod rows;
mod run_header;
pub mod schema;
pub mod sse;
mod told;
mod write_headers;
mod writing;

pub use ambient::now;
pub use authenticated::{Anonymous, Authenticated};
pub use body::IncomingBody;
pub use context::{Edge, RequestContext};
pub use etag::ETag;
pub use failure::{Failure, LOOK_AGAIN, problem_line, problem_response};
pub use finish::{Finished, finish, request_id};
pub use in_flight::InFlight;
pub use json::{JSON_BYTES, Json, JsonBytes, JsonOrNothing};
pub use negotiate::{RowsFormat, RowsParameters};
pub use page::{PageParameters, page_response, place_in};
pub use parameters::{NoParameters, Parameters};
pub use path::{JobPath, RunPath, TablePath, TextPath};
pub use point::{point, time};
pub use rows::{rows_limit, rows_response};
pub use run_header::{ReadOfRun, RunHeader};
pub use told::read_problem;
pub use write_headers::{KeyHeader, WriteHeaders, replayed};
