//! `.env.example` and `docs/configuration.md` list what a start asks for.

use super::*;
use crate::{catalog, engine, events, queries, server, state, storage};

/// The names that `.env.example` sets, and to what.
fn listed() -> BTreeMap<String, String> {
    let lines = include_str!("../../../../.env.example").lines();
    let settings = lines.filter(|line| !line.starts_with('#')).filter_map(|l| l.split_once('='));
    settings.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The names that a start with these variables asks for.
fn asked(variables: &[(&str, &str)]) -> BTreeSet<String> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut reader = Reader::new(variables);
    let server = server::read(&mut reader);
    let catalog = catalog::read(&mut reader, &server);
    storage::read(&mut reader, &server);
    storage::read_sources(&mut reader, &server, "lake");
    state::read(&mut reader, &server);
    events::read(&mut reader, &server);
    let engine = engine::read(&mut reader, &server);
    queries::read(&mut reader, &server, &catalog, &engine);
    reader.asked
}

/// What the platform sets, nobody else.
const OF_THE_PLATFORM: [&str; 2] = ["AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"];

/// All that any start asks for: some only where others are set, or are not.
fn asked_by_any() -> BTreeSet<String> {
    let mut all = asked(&[]);
    all.extend(asked(&[("AWS_LAMBDA_RUNTIME_API", "x"), ("DB_POSTGRES_HOST", "x")]));
    all
}

/// The rows of `docs/configuration.md`: name, default, meaning.
fn documented() -> BTreeMap<String, (String, String)> {
    let page = include_str!("../../../../docs/configuration.md").lines();
    let rows = page.filter_map(|line| line.strip_prefix("| `")).map(|row| {
        let cells: Vec<&str> = row.trim_end_matches(" |").splitn(3, " | ").collect();
        let [name, default, meaning] = cells[..] else { panic!("no row of three: {row}") };
        let name = name.trim_end_matches('`').to_owned();
        (name, (default.trim_matches('`').to_owned(), meaning.to_owned()))
    });
    rows.collect()
}

#[test]
fn the_example_lists_every_setting_and_nothing_else() {
    let mut all = asked_by_any();
    for name in OF_THE_PLATFORM {
        assert!(all.remove(name), "{name} is not asked for");
    }
    assert_eq!(listed().into_keys().collect::<BTreeSet<_>>(), all, "listed, then asked for");
}

#[test]
fn the_page_of_the_configuration_has_every_setting_with_the_examples_default() {
    let (page, example) = (documented(), listed());
    let names: BTreeSet<String> = page.keys().cloned().collect();
    assert_eq!(names, asked_by_any(), "in docs/configuration.md, then asked for");
    for (name, (default, meaning)) in page {
        assert!(meaning.len() > 10, "docs/configuration.md says nothing of {name}");
        let example = example.get(&name).filter(|value| !value.is_empty());
        assert!(example.is_none_or(|value| *value == default), "{name}: {example:?}, {default}");
    }
}
