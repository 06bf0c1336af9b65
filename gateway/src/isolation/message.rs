//! What this process asks a query process for itself, and what comes back.

use std::time::{Duration, Instant};

use bytes::{Buf, Bytes, BytesMut};
use domain::{Access, Error, Grants, Name, Result, SnapshotId, TableName};
use serde::{Deserialize, Serialize};
use service::{Deadlines, Parameters, Query, ResultColumn, Rows, Select};

/// Where it is asked: a route that no client has, behind the secret of the query processes.
pub(super) const PATH: &str = "/rows-of-query";

/// A whole table or view, or a caller's SQL without parameters.
#[derive(Serialize, Deserialize)]
pub(super) struct Asked {
    select: What,
    /// `None` is all.
    grants: Option<Vec<Granted>>,
    snapshot: Option<u64>,
    limit: Option<u64>,
    /// Times that are left.
    first: Option<Duration>,
    last: Option<Duration>,
}

#[derive(Serialize, Deserialize)]
enum What {
    Table(Parts),
    Sql(String),
}

/// Schema and name.
type Parts = (String, String);

/// A table that may be read, and whether written.
pub(super) type Granted = (Parts, bool);

/// What may be touched; `None` is all.
pub(super) fn granted(grants: &Grants) -> Option<Vec<Granted>> {
    let Grants::Tables(tables) = grants else { return None };
    let granted = |(name, access): &(TableName, Access)| (parts(name), *access == Access::Write);
    Some(tables.iter().map(granted).collect())
}

/// The same, as it arrives.
pub(super) fn grants(granted: Option<Vec<Granted>>) -> Result<Grants> {
    let Some(tables) = granted else { return Ok(Grants::All) };
    let granted = |(parts, write): Granted| {
        let access = if write { Access::Write } else { Access::Read };
        Ok((name(&parts)?, access))
    };
    Ok(Grants::Tables(tables.into_iter().map(granted).collect::<Result<_>>()?))
}

fn parts(name: &TableName) -> Parts {
    (name.schema.as_str().to_owned(), name.name.as_str().to_owned())
}

fn name((schema, name): &Parts) -> Result<TableName> {
    Ok(TableName { schema: Name::parse("schema", schema)?, name: Name::parse("table", name)? })
}

/// An answer is frames: what it holds, how many bytes, as four, and those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A [`Head`], in JSON: the first one.
    Head,
    /// A part of the rows as an Arrow stream.
    Rows,
    /// The problem that ends them.
    Problem,
    /// Their end.
    End,
}

const KINDS: [Kind; 4] = [Kind::Head, Kind::Rows, Kind::Problem, Kind::End];

impl Kind {
    /// What stands before so many bytes of it.
    pub(super) fn before(self, bytes: usize) -> Result<Bytes> {
        let bytes = u32::try_from(bytes).map_err(Error::internal)?;
        Ok([&[self as u8][..], &bytes.to_be_bytes()].concat().into())
    }

    /// Takes a frame off the beginning; `None` while that is not all there.
    pub(super) fn take(bytes: &mut BytesMut) -> Result<Option<(Self, Bytes)>> {
        let Some((&[kind, a, b, c, d], rest)) = bytes.split_first_chunk::<5>() else {
            return Ok(None);
        };
        let (length, come) = (u32::from_be_bytes([a, b, c, d]) as usize, rest.len());
        if come < length {
            bytes.reserve(length - come);
            return Ok(None);
        }
        let kind = KINDS.get(usize::from(kind)).ok_or_else(|| Error::internal("no such frame"))?;
        bytes.advance(5);
        Ok(Some((*kind, bytes.split_to(length).freeze())))
    }
}

/// What is known before the rows.
#[derive(Serialize, Deserialize)]
pub(super) struct Head {
    /// Names and DuckDB's types.
    columns: Vec<(String, String)>,
    snapshot: Option<u64>,
    tables: Vec<Parts>,
}

impl Asked {
    /// Errors: `Internal` for a query that nothing here makes.
    pub(super) fn of(query: &Query) -> Result<Self> {
        let has_none = |given: &Parameters| matches!(given, Parameters::Positional(values) if values.is_empty());
        let select = match &query.select {
            Select::Table { name, columns, filter: None } if columns.is_empty() => {
                What::Table(parts(name))
            }
            Select::Sql { text, parameters, this: None, default_schema: None }
                if has_none(parameters) =>
            {
                What::Sql(text.clone())
            }
            _ => return Err(Error::internal("this is not asked elsewhere")),
        };
        let left = |at: Option<Instant>| at.map(|at| at.saturating_duration_since(Instant::now()));
        Ok(Self {
            select,
            grants: granted(&query.grants),
            snapshot: query.snapshot.map(|snapshot| snapshot.0),
            limit: query.limit,
            first: left(query.deadlines.first),
            last: left(query.deadlines.last),
        })
    }

    pub(super) fn into_query(self) -> Result<Query> {
        let grants = grants(self.grants)?;
        let select = match self.select {
            What::Table(parts) => Select::table(name(&parts)?),
            What::Sql(text) => {
                let parameters = Parameters::Positional(Vec::new());
                Select::Sql { text, parameters, this: None, default_schema: None }
            }
        };
        let at = |left: Option<Duration>| left.map(|left| Instant::now() + left);
        Ok(Query {
            snapshot: self.snapshot.map(SnapshotId),
            limit: self.limit,
            deadlines: Deadlines { first: at(self.first), last: at(self.last) },
            ..Query::of(select, grants)
        })
    }
}

impl Head {
    pub(super) fn of(rows: &Rows) -> Self {
        let columns = rows.columns.iter();
        let columns = columns.map(|column| (column.name.clone(), column.r#type.clone())).collect();
        let tables = rows.tables.iter().map(parts).collect();
        Self { columns, snapshot: rows.snapshot.map(|snapshot| snapshot.0), tables }
    }

    pub(super) fn columns(&self) -> Vec<ResultColumn> {
        let columns = self.columns.iter().cloned();
        columns.map(|(name, r#type)| ResultColumn { name, r#type }).collect()
    }

    pub(super) fn tables(&self) -> Result<Vec<TableName>> {
        self.tables.iter().map(name).collect()
    }

    pub(super) fn snapshot(&self) -> Option<SnapshotId> {
        self.snapshot.map(SnapshotId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(grants: Grants) -> Query {
        let parameters = Parameters::Positional(Vec::new());
        let text = "SELECT 1".to_owned();
        let select = Select::Sql { text, parameters, this: None, default_schema: None };
        Query { limit: Some(0), snapshot: Some(SnapshotId(7)), ..Query::of(select, grants) }
    }

    fn there_and_back(query: &Query) -> Query {
        let asked = serde_json::to_vec(&Asked::of(query).expect("SQL")).expect("JSON");
        serde_json::from_slice::<Asked>(&asked).expect("JSON").into_query().expect("a query")
    }

    #[test]
    fn a_query_arrives_with_its_rights_and_its_times() {
        let granted = vec![
            (name(&("a.b".to_owned(), "c \"d\"".to_owned())).expect("a name"), Access::Read),
            (TableName::parse("t").expect("a name"), Access::Write),
        ];
        for grants in [Grants::All, Grants::Tables(Vec::new()), Grants::Tables(granted)] {
            let mut asked = query(grants.clone());
            asked.deadlines.last = Some(Instant::now() + Duration::from_secs(60));
            let arrived = there_and_back(&asked);
            assert_eq!(arrived.grants, grants);
            assert_eq!((arrived.limit, arrived.snapshot), (asked.limit, asked.snapshot));
            assert!(arrived.deadlines.first.is_none());
            let left = arrived.deadlines.last.expect("a time") - Instant::now();
            assert!((59..=60).contains(&left.as_secs()), "{left:?}");
        }
    }

    #[test]
    fn frames_are_read_as_they_come() {
        let mut all = Vec::new();
        for (kind, bytes) in [(Kind::Head, &b"{}"[..]), (Kind::Rows, &[7; 300]), (Kind::End, b"")] {
            all.extend(kind.before(bytes.len()).expect("few"));
            all.extend(bytes);
        }
        let (mut come, mut read) = (BytesMut::new(), Vec::new());
        for byte in all {
            come.extend_from_slice(&[byte]);
            read.extend(Kind::take(&mut come).expect("a frame"));
        }
        let lengths: Vec<_> = read.iter().map(|(kind, bytes)| (*kind, bytes.len())).collect();
        assert_eq!(lengths, [(Kind::Head, 2), (Kind::Rows, 300), (Kind::End, 0)]);
        assert!(come.is_empty());
        assert!(Kind::take(&mut BytesMut::from(&[9, 0, 0, 0, 0][..])).is_err());
    }

    #[test]
    fn a_table_is_asked_whole_and_nothing_with_more_to_it() {
        let name = TableName::parse("a.b").expect("a name");
        let table = Query::of(Select::table(name.clone()), Grants::All);
        let arrived = there_and_back(&table).select;
        assert!(matches!(arrived, Select::Table { name: found, .. } if found == name));
        let mut with_this = query(Grants::All);
        if let Select::Sql { this, .. } = &mut with_this.select {
            *this = Some(TableName::parse("t").expect("a name"));
        }
        assert!(Asked::of(&with_this).is_err());
    }
}
