//! What the guard asks of others while it reads a text, and the views that it has read already.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{Code, Error, Grants, Result, SnapshotId, TableName};

use super::checked::Checked;
use super::scope::Names;
use super::source::Source;
use super::{Answers, Rules, refusal};
use crate::sql::{LAKE, identifier, table};

/// Views within views.
const DEPTH: usize = 16;

/// What DuckLake stores in place of the lake's name, which each client chooses.
pub(super) const PLACEHOLDER: &str = "{DUCKLAKE_CATALOG}";

/// A view as the lake keeps it.
#[derive(Debug, Clone)]
pub(crate) struct ViewBody {
    /// Its SELECT, with the lake's name or with DuckLake's placeholder for it.
    pub(crate) sql: String,
    /// Names for its columns, from the first on; often none.
    pub(crate) column_aliases: Vec<String>,
}

/// A view whose body has passed.
#[derive(Debug)]
pub(super) struct View {
    /// The subquery that stands in its place, in parentheses.
    pub(super) text: String,
    /// The parser's answer to `FROM <text> AS v`.
    pub(super) json: String,
    /// The tables under it.
    pub(super) tables: Vec<TableName>,
    /// Queries that the references in it become.
    pub(super) expansions: u64,
    /// Whether the lake has it, or we made it of a table.
    pub(super) of_lake: bool,
}

/// The lake as one caller sees it.
pub(super) struct Lake<'l> {
    answers: Answers<'l>,
    pub(super) grants: &'l Grants,
    /// Where it is not the newest that is read.
    snapshot: Option<SnapshotId>,
    known: HashMap<TableName, Option<Arc<View>>>,
    /// The views that are being read.
    open: Vec<TableName>,
    /// Whether any text so far may ask what time it is.
    pub(super) mentions_now: bool,
}

impl<'l> Lake<'l> {
    pub(super) fn new(answers: Answers<'l>, rules: &Rules<'l>) -> Self {
        let Rules { grants, snapshot, .. } = *rules;
        let (known, open) = (HashMap::new(), Vec::new());
        Self { answers, grants, snapshot, known, open, mentions_now: false }
    }

    pub(super) fn parse(&mut self, text: &str) -> Result<String> {
        (self.answers.parse)(text)
    }

    /// Whether AT behind this name may read a view, whose body no one has looked at.
    pub(super) fn ever_a_view(&mut self, name: &TableName) -> Result<bool> {
        (self.answers.ever_a_view)(name)
    }

    /// What stands in place of `name`, if it is a view, or if it is not the newest snapshot that is read.
    pub(super) fn view(&mut self, name: &TableName) -> Result<Option<Arc<View>>> {
        if let Some(known) = self.known.get(name) {
            return Ok(known.clone());
        }
        let view = match (self.answers.view_of)(name)? {
            Some(body) => Some(Arc::new(self.read(name, &body)?)),
            None => match self.snapshot {
                Some(snapshot) => Some(Arc::new(self.past(name, snapshot)?)),
                None => None,
            },
        };
        self.known.insert(name.clone(), view.clone());
        Ok(view)
    }

    /// A table of the past is like a view of it.
    fn past(&mut self, name: &TableName, SnapshotId(at): SnapshotId) -> Result<View> {
        let text = format!("(SELECT * FROM {} AT (VERSION => {at}))", table(name));
        let json = self.parse(&format!("FROM {text} AS v"))?;
        Ok(View { text, json, tables: vec![name.clone()], expansions: 1, of_lake: false })
    }

    fn read(&mut self, name: &TableName, body: &ViewBody) -> Result<View> {
        if self.open.contains(name) {
            return Err(refusal::view(name, "reads itself"));
        }
        if self.open.len() == DEPTH {
            return Err(refusal::view(name, "stands on more than 16 others, one on the other"));
        }
        self.open.push(name.clone());
        let view = self.body(name, body).map_err(|error| within(name, error));
        self.open.pop();
        view
    }

    fn body(&mut self, name: &TableName, body: &ViewBody) -> Result<View> {
        let sql = body.sql.replace(PLACEHOLDER, &identifier(LAKE));
        let snapshot_given = self.snapshot.is_some();
        let names = Names { this: None, schema: Some(&name.schema), of_view: true, snapshot_given };
        let source = Source::new(&sql);
        let checked = super::checked::checked(&source, &names, self)?;
        // The newlines end a comment at the body's end.
        let mut text = format!("(\n{}\n)", checked.sql);
        if !body.column_aliases.is_empty() {
            let aliases: Vec<_> = body.column_aliases.iter().map(|name| identifier(name)).collect();
            text = format!("(SELECT * FROM {text} AS v({}))", aliases.join(", "));
        }
        let json = self.parse(&format!("FROM {text} AS v"))?;
        let Checked { json: body_json, tables, expansions, .. } = checked;
        let inlined = View { text, json, tables, expansions, of_lake: true };
        super::compare::check_view(&inlined, &body_json, &body.column_aliases)?;
        Ok(inlined)
    }
}

/// An error in a view's body names the view, and no place: the text is not the caller's.
fn within(name: &TableName, mut error: Error) -> Error {
    if error.code != Code::Invalid {
        return error;
    }
    if error.error_code == "TABLE_NOT_FOUND" {
        return refusal::view(name, "reads something that you may not read");
    }
    if error.error_code != "VIEW_NOT_ALLOWED" {
        error.detail = format!("In the view `{name}`: {}", error.detail);
    }
    error.position = None;
    error
}
