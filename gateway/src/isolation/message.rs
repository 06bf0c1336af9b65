//! What this process asks a query process for itself, and what comes back.

use std::time::{Duration, Instant};

use domain::{Access, Error, Grants, Result, SnapshotId, TableName};
use serde::{Deserialize, Serialize};
use service::{Deadlines, Parameters, Query, ResultColumn, Rows, Select};

/// Where it is asked: a route that no client has, behind the secret of the query processes.
pub(super) const PATH: &str = "/rows-of-query";

/// A caller's SQL without parameters.
#[derive(Serialize, Deserialize)]
pub(super) struct Asked {
    sql: String,
    /// Tables that may be read, and whether written; `None` is all.
    grants: Option<Vec<(String, bool)>>,
    snapshot: Option<u64>,
    limit: Option<u64>,
    /// Times that are left.
    first: Option<Duration>,
    last: Option<Duration>,
}

/// What stands before the rows, which are an Arrow stream: how long it is, as four bytes, and this in JSON.
#[derive(Serialize, Deserialize)]
pub(super) struct Head {
    /// Names and DuckDB's types.
    columns: Vec<(String, String)>,
    snapshot: Option<u64>,
}

impl Asked {
    /// Errors: `Internal` for a query that nothing here makes.
    pub(super) fn of(query: &Query) -> Result<Self> {
        let Select::Sql { text, parameters, this: None, default_schema: None } = &query.select
        else {
            return Err(Error::internal("only a caller's SQL is asked elsewhere"));
        };
        if !matches!(parameters, Parameters::Positional(values) if values.is_empty()) {
            return Err(Error::internal("SQL with parameters is not asked elsewhere"));
        }
        let left = |at: Option<Instant>| at.map(|at| at.saturating_duration_since(Instant::now()));
        Ok(Self {
            sql: text.clone(),
            grants: match &query.grants {
                Grants::All => None,
                Grants::Tables(tables) => {
                    let granted = |(name, access): &(TableName, Access)| {
                        (name.to_string(), *access == Access::Write)
                    };
                    Some(tables.iter().map(granted).collect())
                }
            },
            snapshot: query.snapshot.map(|snapshot| snapshot.0),
            limit: query.limit,
            first: left(query.deadlines.first),
            last: left(query.deadlines.last),
        })
    }

    pub(super) fn into_query(self) -> Result<Query> {
        let granted = |(name, write): (String, bool)| {
            let access = if write { Access::Write } else { Access::Read };
            Ok((TableName::parse(&name)?, access))
        };
        let grants = match self.grants {
            None => Grants::All,
            Some(tables) => Grants::Tables(tables.into_iter().map(granted).collect::<Result<_>>()?),
        };
        let select = Select::Sql {
            text: self.sql,
            parameters: Parameters::Positional(Vec::new()),
            this: None,
            default_schema: None,
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
    /// Before the rows, with its length.
    pub(super) fn of(rows: &Rows) -> Result<Vec<u8>> {
        let columns = rows.columns.iter();
        let columns = columns.map(|column| (column.name.clone(), column.r#type.clone())).collect();
        let head = Self { columns, snapshot: rows.snapshot.map(|snapshot| snapshot.0) };
        let json = serde_json::to_vec(&head).map_err(Error::internal)?;
        let length = u32::try_from(json.len()).map_err(Error::internal)?;
        Ok([&length.to_be_bytes(), &*json].concat())
    }

    /// Reads it off the beginning of an answer, and how many bytes it took; `None` while that is not all
    /// there.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>> {
        let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*length) as usize;
        let Some(json) = rest.get(..length) else { return Ok(None) };
        Ok(Some((serde_json::from_slice(json).map_err(Error::internal)?, 4 + length)))
    }

    pub(super) fn columns(&self) -> Vec<ResultColumn> {
        let columns = self.columns.iter().cloned();
        columns.map(|(name, r#type)| ResultColumn { name, r#type }).collect()
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
        let name = TableName::parse("\"a.b\".\"c \"\"d\"\"\"").or_else(|_| TableName::parse("a.b"));
        let granted = vec![
            (name.expect("a name"), Access::Read),
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
    fn what_is_no_plain_sql_is_not_asked() {
        let table = Select::table(TableName::parse("t").expect("a name"));
        assert!(Asked::of(&Query::of(table, Grants::All)).is_err());
        let mut with_this = query(Grants::All);
        if let Select::Sql { this, .. } = &mut with_this.select {
            *this = Some(TableName::parse("t").expect("a name"));
        }
        assert!(Asked::of(&with_this).is_err());
    }
}
