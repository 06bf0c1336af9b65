//! TPC-H's `lineitem`, made by DuckDB itself.

use std::fs;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;

use crate::duck::Duck;
use crate::place::Place;
use crate::rounds::waiting;

/// Rows of scale factor 1.
pub(crate) const ROWS: usize = 6_001_215;

/// As DuckDB makes it.
pub(crate) const COLUMNS: [(&str, &str); 16] = [
    ("l_orderkey", "BIGINT"),
    ("l_partkey", "BIGINT"),
    ("l_suppkey", "BIGINT"),
    ("l_linenumber", "BIGINT"),
    ("l_quantity", "DECIMAL(15,2)"),
    ("l_extendedprice", "DECIMAL(15,2)"),
    ("l_discount", "DECIMAL(15,2)"),
    ("l_tax", "DECIMAL(15,2)"),
    ("l_returnflag", "VARCHAR"),
    ("l_linestatus", "VARCHAR"),
    ("l_shipdate", "DATE"),
    ("l_commitdate", "DATE"),
    ("l_receiptdate", "DATE"),
    ("l_shipinstruct", "VARCHAR"),
    ("l_shipmode", "VARCHAR"),
    ("l_comment", "VARCHAR"),
];

/// All of it as a Parquet file, made once.
pub(crate) fn lineitem(place: &Place) -> anyhow::Result<PathBuf> {
    let file = place.folder.join("lineitem.parquet");
    if !file.exists() {
        waiting("making lineitem (once)", || {
            let duck = Duck::open()?;
            duck.load(place, "tpch")?;
            duck.run("CALL dbgen(sf = 1)")?;
            let draft = file.with_extension("new");
            duck.run(&format!("COPY lineitem TO '{}' (FORMAT parquet)", draft.display()))?;
            Ok(fs::rename(draft, &file)?)
        })?;
    }
    Ok(file)
}

/// Some rows of it in each form in which they can be appended.
pub(crate) struct Sample {
    /// As a program holds them.
    pub(crate) batches: Vec<RecordBatch>,
    /// As Arrow's stream.
    pub(crate) arrow: Vec<u8>,
    /// As a Parquet file, and its path.
    pub(crate) parquet: Vec<u8>,
    pub(crate) file: PathBuf,
}

impl Sample {
    /// The first `rows` rows; the Parquet file goes to `folder`.
    pub(crate) fn of(place: &Place, rows: usize, folder: &Path) -> anyhow::Result<Self> {
        let duck = Duck::open()?;
        let source = lineitem(place)?;
        let file = folder.join("sample.parquet");
        duck.run(&format!("CREATE TABLE t AS FROM '{}' LIMIT {rows}", source.display()))?;
        duck.run(&format!("COPY t TO '{}' (FORMAT parquet)", file.display()))?;
        let mut statement = duck.connection.prepare("FROM t")?;
        let chunks: Vec<RecordBatch> = statement.query_arrow([])?.collect();
        // Batches of a size that programs write.
        let batches: Vec<RecordBatch> = chunks
            .chunks(16)
            .map(|chunks| arrow_select::concat::concat_batches(&chunks[0].schema(), chunks))
            .collect::<Result<_, _>>()?;
        let mut writer = StreamWriter::try_new(Vec::new(), &batches[0].schema())?;
        batches.iter().try_for_each(|batch| writer.write(batch))?;
        let arrow = writer.into_inner()?;
        Ok(Self { batches, arrow, parquet: fs::read(&file)?, file })
    }
}
