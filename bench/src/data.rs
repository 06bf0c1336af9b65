//! The tables of TPC-H, made by DuckDB itself.

use std::fs;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;

use crate::duck::Duck;
use crate::place::Place;
use crate::rounds::waiting;

/// Rows of `lineitem`, scale factor 1.
pub(crate) const ROWS: usize = 6_001_215;

/// Its columns, as DuckDB makes them.
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

/// All tables of TPC-H.
pub(crate) const TABLES: [&str; 8] =
    ["lineitem", "orders", "partsupp", "part", "customer", "supplier", "nation", "region"];

/// All of one of them as a Parquet file, made once.
pub(crate) fn table(place: &Place, name: &str) -> anyhow::Result<PathBuf> {
    let path = |name: &str| place.folder.join(format!("{name}.parquet"));
    if !path(name).exists() {
        waiting("making TPC-H's tables (once)", || {
            let duck = Duck::open()?;
            duck.load(place, "tpch")?;
            duck.run("CALL dbgen(sf = 1)")?;
            for name in TABLES {
                let draft = path(name).with_extension("new");
                duck.run(&format!("COPY {name} TO '{}' (FORMAT parquet)", draft.display()))?;
                fs::rename(draft, path(name))?;
            }
            Ok(())
        })?;
    }
    Ok(path(name))
}

/// Some rows of `lineitem` in each form in which they can be appended.
pub(crate) struct Sample {
    pub(crate) rows: usize,
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
        let source = table(place, "lineitem")?;
        let file = folder.join("sample.parquet");
        let (from, to) = (source.display(), file.display());
        duck.run(&format!("COPY (FROM '{from}' LIMIT {rows}) TO '{to}' (FORMAT parquet)"))?;
        let mut statement = duck.connection.prepare(&format!("FROM '{to}'"))?;
        let chunks: Vec<RecordBatch> = statement.stream_arrow([])?.collect();
        // Batches of a size that programs write.
        let batches: Vec<RecordBatch> = chunks
            .chunks(16)
            .map(|chunks| arrow_select::concat::concat_batches(&chunks[0].schema(), chunks))
            .collect::<Result<_, _>>()?;
        drop(chunks);
        let mut writer = StreamWriter::try_new(Vec::new(), &batches[0].schema())?;
        batches.iter().try_for_each(|batch| writer.write(batch))?;
        let arrow = writer.into_inner()?;
        Ok(Self { rows, batches, arrow, parquet: fs::read(&file)?, file })
    }
}
