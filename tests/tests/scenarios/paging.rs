//! Lists come in pages.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::app::{App, shared};
use crate::harness::http::{Answer, unique};
use crate::harness::rows::numbered_columns;
use crate::harness::scenario::Scenario;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![
        twenty_five_tables_come_in_pages_without_gap_or_repeat,
        a_page_stands_still_while_tables_come_and_go,
        a_limit_or_cursor_that_cannot_be_is_refused_by_name,
    ]
}

async fn twenty_five_tables_come_in_pages_without_gap_or_repeat() {
    let app = shared().await;
    let prefix = unique("paged");
    let mut expected = BTreeSet::new();
    for number in 0..25 {
        let name = format!("{prefix}_{number:02}");
        app.create(&name, numbered_columns()).await;
        expected.insert(name);
    }
    let mut seen: Vec<String> = Vec::new();
    for page in pages(&app, 7).await {
        let items = page.as_array().expect("items");
        assert!(items.len() <= 7, "{} items in a page of 7", items.len());
        seen.extend(items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()));
    }
    let ours: Vec<String> = seen.iter().filter(|name| name.starts_with(&prefix)).cloned().collect();
    assert_eq!(
        ours,
        expected.into_iter().collect::<Vec<_>>(),
        "in order, none missing, none twice"
    );
    assert_eq!(
        seen.iter().collect::<BTreeSet<_>>().len(),
        seen.len(),
        "a table came twice: {seen:?}"
    );
}

/// The items of each page, followed by the cursor; checks that `Link` leads to the same next page.
async fn pages(app: &App, limit: usize) -> Vec<Value> {
    let mut pages = Vec::new();
    let mut path = format!("/tables?limit={limit}");
    loop {
        let answer = app.get(&path).await.is(200);
        let page = answer.json();
        pages.push(page["items"].clone());
        let Some(cursor) = page["next_cursor"].as_str() else {
            assert!(page["next_cursor"].is_null(), "{answer}");
            assert_eq!(answer.header("link"), None, "the last page links on: {answer}");
            return pages;
        };
        path = format!("/tables?limit={limit}&cursor={cursor}");
        assert_eq!(next_link(&answer), path, "{answer}");
        assert!(pages.len() < 1_000, "the pages do not end: {answer}");
    }
}

/// The target of `Link: <…>; rel="next"`, without the host it may have.
fn next_link(answer: &Answer) -> String {
    let link = answer.header("link").unwrap_or_else(|| panic!("no Link: {answer}"));
    let (target, relation) = link.split_once(';').unwrap_or_else(|| panic!("{link}"));
    assert_eq!(relation.trim(), "rel=\"next\"", "{answer}");
    let target = target.trim().trim_start_matches('<').trim_end_matches('>');
    target[target.find("/tables").unwrap_or_else(|| panic!("{link}"))..].to_owned()
}

async fn a_page_stands_still_while_tables_come_and_go() {
    let app = shared().await;
    let prefix = unique("moving");
    for number in [1, 3, 5, 7] {
        app.create(&format!("{prefix}_{number}"), numbered_columns()).await;
    }
    let mut path = "/tables?limit=1".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = app.get(&path).await.is(200).json();
        let name = page["items"][0]["name"].as_str().unwrap_or_default().to_owned();
        if name == format!("{prefix}_3") {
            // Before, at and after the place of the cursor.
            app.create(&format!("{prefix}_2"), numbered_columns()).await;
            app.delete(&format!("/tables/{prefix}_3")).await.is(204);
            app.create(&format!("{prefix}_6"), numbered_columns()).await;
        }
        seen.extend(name.strip_prefix(&format!("{prefix}_")).map(str::to_owned));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/tables?limit=1&cursor={cursor}");
    }
    assert_eq!(seen, ["1", "3", "5", "6", "7"]);
}

async fn a_limit_or_cursor_that_cannot_be_is_refused_by_name() {
    let app = shared().await;
    for (query, named) in [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=many", "limit"),
        ("limit=1001", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("cursor=nonsense", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=ImE", "cursor"),
        ("offset=3", "offset"),
        ("limit=3&Limit=4", "Limit"),
    ] {
        let answer = app.get(&format!("/tables?{query}")).await.is(400);
        let said = format!("{} {:?}", answer.json()["detail"], answer.fields());
        assert!(said.contains(named), "{query} does not name `{named}`: {answer}");
    }
    app.get("/tables?offset=3").await.problem(400, "UNKNOWN_PARAMETER");
    let ok = app.get("/tables?limit=1000").await.is(200).json();
    assert_ne!(ok["items"], json!(null));
}
