//! Who may depend on whom: ARCHITECTURE's table, walked over `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};

use crate::workspace::{Workspace, names_of};

const ADAPTERS: &[&str] =
    &["aws", "cache", "catalog", "clickhouse", "embedded", "engine", "lineage", "protobuf"];

/// A crate, or a kind of crates, and what of ours it may name. `tests` and `bench` may name anything.
const TABLE: &[(&str, &[&str])] = &[
    ("functions", &["startup", "config", "web", "service", "api", "domain", "formats", "adapters"]),
    (
        "gateway",
        &[
            "functions",
            "startup",
            "config",
            "web",
            "service",
            "api",
            "domain",
            "formats",
            "adapters",
        ],
    ),
    ("cli", &["api", "domain"]),
    ("startup", &["web", "config"]),
    ("web", &["api", "service", "config", "domain", "formats"]),
    ("adapters", &["service", "config", "formats", "domain"]),
    ("service", &["domain"]),
    ("formats", &["domain"]),
    ("api", &["domain"]),
    ("config", &["domain"]),
    ("domain", &[]),
];

/// Edges beyond the table, each with its reason.
const BEYOND: &[(&str, &str, &str)] = &[
    (
        "engine",
        "catalog",
        "DuckDB has the SQLite file open, so the engine is its AskSqlite (ADR 3); it checks the \
         catalog's version when it opens, and runs the SQL of the ledger",
    ),
    ("startup", "domain", "a refusal before the router is a problem like any other"),
];

/// What only these crates may name; a `*` stands for any end.
const ONLY: &[(&str, &[&str])] = &[
    ("duckdb", &["engine"]),
    ("libduckdb-sys", &["engine"]),
    ("arrow-ipc", &["formats", "engine"]),
    ("parquet", &["formats", "engine"]),
    ("sqlx*", &["catalog", "embedded"]),
    ("rusqlite", &[]),
    ("aws-sdk-*", &["aws"]),
    ("redis", &["cache"]),
    ("openlineage-client", &["lineage"]),
    ("clickhouse", &["clickhouse"]),
    ("protox", &["protobuf"]),
    ("prost-reflect", &["protobuf"]),
    ("lambda_http", &["startup"]),
    ("lambda_runtime", &["startup"]),
    ("aws_lambda_events", &["ingest", "worker"]),
];

/// They may name anything; what they name is not shipped.
const FREE: &[&str] = &["tests", "bench", "testkit"];

#[test]
fn every_edge_between_our_crates_is_in_the_table() {
    let workspace = Workspace::read();
    let mut forbidden = Vec::new();
    for (name, dependencies) in workspace.edges() {
        let allowed = allowed(&workspace, &name);
        for dependency in dependencies.iter().filter(|d| workspace.is_ours(d)) {
            let beyond = BEYOND.iter().any(|(from, to, _)| *from == name && to == dependency);
            if !beyond && !allowed.contains(dependency) {
                forbidden.push(format!("{name} -> {dependency}"));
            }
        }
    }
    assert!(forbidden.is_empty(), "not in ARCHITECTURE's table: {}", forbidden.join(", "));
}

#[test]
fn an_edge_beyond_the_table_is_there() {
    let edges = Workspace::read().edges();
    for (from, to, why) in BEYOND {
        assert!(
            edges[*from].contains(*to),
            "{from} -> {to} is gone; take its exception out ({why})"
        );
    }
}

#[test]
fn nothing_that_is_shipped_depends_on_the_testkit() {
    for (name, dependencies) in Workspace::read().edges() {
        let free = FREE.contains(&name.as_str());
        assert!(
            free || !dependencies.contains("testkit"),
            "{name} -> testkit: dev-dependencies only"
        );
    }
}

#[test]
fn each_outside_system_is_named_by_its_crate_only() {
    let mut forbidden = Vec::new();
    for (name, dependencies) in Workspace::read().edges() {
        if FREE.contains(&name.as_str()) {
            continue;
        }
        for (pattern, crates) in ONLY {
            let named = dependencies.iter().filter(|dependency| matches(pattern, dependency));
            let named: Vec<&String> = named.filter(|_| !crates.contains(&name.as_str())).collect();
            forbidden.extend(
                named.into_iter().map(|d| format!("{name} names {d}, only {crates:?} may")),
            );
        }
    }
    assert!(forbidden.is_empty(), "{}", forbidden.join("; "));
}

#[test]
fn the_light_function_links_no_duckdb() {
    let workspace = Workspace::read();
    for (function, heavy) in [
        ("system", false),
        ("jobs", false),
        ("worker", false),
        ("events", false),
        ("rows", true),
        ("tables", true),
    ] {
        let linked = workspace.everything_under(function);
        let duckdb: Vec<&String> =
            linked.iter().filter(|name| name.contains("duckdb") || *name == "engine").collect();
        assert_eq!(!duckdb.is_empty(), heavy, "{function} links {duckdb:?}");
    }
}

#[test]
fn no_crate_has_a_name_that_collides() {
    let names = names_of(&Workspace::read());
    for taken in ["core", "std", "alloc", "test", "http"] {
        assert!(!names.contains(taken), "`{taken}` collides");
    }
}

/// The names that a crate's row of the table stands for.
fn allowed(workspace: &Workspace, name: &str) -> BTreeSet<String> {
    if FREE.contains(&name) {
        return names_of(workspace);
    }
    let kinds = BTreeMap::from([
        ("functions", workspace.functions()),
        ("adapters", ADAPTERS.iter().map(|name| (*name).to_owned()).collect()),
    ]);
    let kind =
        kinds.iter().find(|(_, members)| members.contains(name)).map_or(name, |(kind, _)| kind);
    let row = TABLE.iter().find(|(row, _)| *row == kind);
    let (_, may) = row.unwrap_or_else(|| panic!("{name} has no row in the table"));
    may.iter()
        .flat_map(|may| {
            kinds.get(may).cloned().unwrap_or_else(|| BTreeSet::from([(*may).to_owned()]))
        })
        .collect()
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}
