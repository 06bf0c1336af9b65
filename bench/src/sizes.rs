//! What is deployed: how large its zips are, and how soon it answers.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cold_start;
use crate::place::{Place, run as run_command};
use crate::report::{Report, megabytes};
use crate::rounds::waiting;

pub(crate) fn run(place: &Place) -> anyhow::Result<Report> {
    let mut report = Report::default();
    // The folders that template.yaml packs.
    place.tool("tools/package", &[])?;
    let staged = place.root.join("target/lambda");
    let layer = unpacked(&staged.join("duckdb"))?;
    for name in ["system", "jobs", "tables", "rows", "duckdb"] {
        let folder = staged.join(name);
        let zip = place.folder.join(format!("{name}.zip"));
        waiting(&format!("packing {name}"), || pack(&folder, &zip))?;
        let own = unpacked(&folder)?;
        let packed = megabytes(fs::metadata(&zip)?.len());
        fs::remove_file(zip)?;
        let what = if name == "duckdb" { "the layer" } else { name };
        report.line(format!("{what}: zip, and unpacked"), format!("{packed}, {}", megabytes(own)));
        if matches!(name, "tables" | "rows") {
            let whole = (own + layer) as f64 / (1 << 20) as f64;
            report.below(format!("{name} with its layer, unpacked"), whole, 250.0, "MiB");
        }
    }
    cold_start::measure(place, &mut report)?;
    Ok(report)
}

/// As SAM does: deflate, at its default level.
fn pack(folder: &Path, zip: &Path) -> anyhow::Result<()> {
    run_command(Command::new("python3").args(["-m", "zipfile", "-c"]).args([zip, folder]))
}

fn unpacked(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        bytes += if path.is_dir() { unpacked(&path)? } else { fs::metadata(&path)?.len() };
    }
    Ok(bytes)
}
