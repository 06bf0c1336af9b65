//! OpenAPI, template, front door, watch router and events agree, route by route.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::deployment::{FrontDoor, Routes, Template, repository, watch_router};
use crate::starts::of_a_function;

/// One operation, as the function that has it says.
struct Operation {
    function: &'static str,
    id: String,
    method: String,
    path: String,
}

/// What stands in the place of a parameter: also names that are words of other routes.
const NAMES: [&str; 4] = ["flights", "data", "query", "a%2Fb"];

/// Functions with a URL of their own.
const STREAMING: [&str; 2] = ["rows", "events"];

/// Paths of no route: a function answers 404 for each, and it is the same one everywhere.
const NO_ROUTES: [&str; 12] = [
    "/nothing",
    "/events/nothing",
    "/jobs/load/nothing",
    "/jobs/load/runs/1/nothing",
    "/query/nothing",
    "/health/nothing/here",
    "/config/nothing",
    "/config/ducklake/nothing",
    "/config/ducklakes",
    "/tables/flights/nothing",
    "/tables/flights/data/nothing",
    "/tables/flights/nothing/data",
];

fn operations() -> Vec<Operation> {
    let documents = [
        ("events", events::openapi().to_json()),
        ("jobs", jobs::openapi().to_json()),
        ("rows", rows::openapi().to_json()),
        ("system", system::openapi().to_json()),
        ("tables", tables::openapi().to_json()),
    ];
    let mut operations = Vec::new();
    for (function, document) in documents {
        let document: Value = serde_json::from_str(&document.expect("JSON")).expect("JSON");
        for (path, methods) in document["paths"].as_object().expect("paths") {
            let methods = methods.as_object().expect("methods").iter();
            operations.extend(methods.filter_map(|(method, operation)| {
                let id = operation["operationId"].as_str()?.to_owned();
                Some(Operation { function, id, method: method.to_uppercase(), path: path.clone() })
            }));
        }
    }
    assert!(operations.len() >= 15, "only {} operations", operations.len());
    operations
}

/// Method and path of requests, and the function of each, if a route says which.
fn requests() -> Vec<((String, String), Option<&'static str>)> {
    let mut requests = Vec::new();
    for operation in operations() {
        // Methods that it does not have reach it too: it answers HEAD, OPTIONS and 405 itself.
        for method in [operation.method.as_str(), "HEAD", "OPTIONS", "PATCH"] {
            let paths = NAMES.map(|name| filled(&operation.path, name));
            let of = |path| ((method.to_owned(), path), Some(operation.function));
            requests.extend(paths.into_iter().map(of));
        }
    }
    requests.extend(NO_ROUTES.map(|path| (("GET".to_owned(), path.to_owned()), None)));
    requests
}

/// The path with a name in the place of each parameter.
fn filled(path: &str, name: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { name } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// `ANY /tables/{proxy+}` as a pattern; `None` for `$default`.
fn pattern_of(route_key: &str) -> Option<String> {
    if route_key == "$default" {
        return None;
    }
    let path = route_key.strip_prefix("ANY ");
    let path = path.unwrap_or_else(|| panic!("{route_key}: other methods would not be answered"));
    Some(path.replace("{proxy+}", "{*proxy}"))
}

/// The routes of the API, by pattern.
fn api_patterns(routes: &BTreeMap<String, String>) -> Routes {
    let keys = routes.keys().filter_map(|key| Some((pattern_of(key)?, key.clone())));
    Routes::new(keys)
}

#[test]
fn the_watch_router_leads_where_the_front_door_and_the_template_lead() {
    let (template, watch) = (Template::read(), watch_router());
    let (api, router) = (template.api_routes(), Routes::new(watch.clone()));
    let api_patterns = api_patterns(&api);
    let (asked, owners): (Vec<_>, Vec<_>) = requests().into_iter().unzip();
    let front_door = FrontDoor::ask(&asked);
    let (mut used_of_watch, mut used_of_api) = (BTreeSet::new(), BTreeSet::new());
    for (((method, path), owner), origin) in asked.iter().zip(owners).zip(&front_door.origins) {
        let (pattern, watched) = router.of(path).unwrap_or_else(|| panic!("{path}: no function"));
        used_of_watch.insert(pattern.to_owned());
        let deployed = template.function_of_origin(origin).unwrap_or_else(|| {
            let key = api_patterns.of(path).map_or("$default", |(_, key)| key);
            used_of_api.insert(key.to_owned());
            api[key].clone()
        });
        assert_eq!(watched, deployed, "{method} {path}: cargo lambda watch, then the template");
        assert_eq!(deployed, owner.unwrap_or(watched), "{method} {path}: deployed, then OpenAPI");
    }
    assert_eq!(used_of_watch, watch.into_keys().collect(), "used, then in the watch router");
    assert_eq!(used_of_api, api.into_keys().collect(), "used, then in the template");
}

#[test]
fn the_front_door_knows_each_streaming_route_and_no_other() {
    let streaming = operations().into_iter();
    let streaming = streaming.filter(|operation| STREAMING.contains(&operation.function));
    let expected = streaming.map(|operation| (operation.path, operation.function.to_owned()));
    assert_eq!(FrontDoor::ask(&[]).table, expected.collect());
}

#[test]
fn each_operation_has_its_event_and_each_event_its_operation() {
    let (template, operations) = (Template::read(), operations());
    let api = template.api_routes();
    let (patterns, mut events) = (api_patterns(&api), events());
    let readme = std::fs::read_to_string(repository("events/README.md")).expect("the README");
    for Operation { function, id, method, path } in operations {
        let event = events.remove(&format!("{function}/{id}.json"));
        assert!(
            readme.contains(&format!("events/{function}/{id}.json\n")),
            "{id}: events/README.md"
        );
        let event = event.unwrap_or_else(|| panic!("{id} has no event: tools/make_events.py"));
        let sent = event["rawPath"].as_str().expect("a path");
        assert!(Routes::new([(path.clone(), id.clone())]).of(sent).is_some(), "{id}: {sent}");
        assert_eq!(event["requestContext"]["http"]["method"], method, "{id}");
        assert_eq!(event["headers"]["x-eider-path"], sent, "{id}");
        // A function URL has one route.
        let by_api = patterns.of(sent).filter(|_| !STREAMING.contains(&function));
        assert_eq!(event["routeKey"], by_api.map_or("$default", |(_, key)| key), "{id}");
    }
    // What is left are events of triggers, which infra/template_test.py holds against the template.
    for (file, event) in events {
        assert!(event.get("rawPath").is_none(), "{file} is of no operation");
        assert!(readme.contains(&format!("events/{file}\n")), "{file}: events/README.md");
    }
}

/// All events, by function and file.
fn events() -> BTreeMap<String, Value> {
    let files = |folder: &std::path::Path| {
        let entries = std::fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").path()).collect::<Vec<_>>()
    };
    let mut events = BTreeMap::new();
    for folder in files(&repository("events")).iter().filter(|path| path.is_dir()) {
        for file in files(folder) {
            let name = file.strip_prefix(repository("events")).expect("within").display();
            let text = std::fs::read_to_string(&file).expect("an event");
            events.insert(name.to_string(), serde_json::from_str(&text).expect("JSON"));
        }
    }
    events
}

#[test]
fn the_front_door_and_the_functions_have_one_limit_for_bodies() {
    let limit = of_a_function().server.max_body_bytes;
    assert_eq!(FrontDoor::ask(&[]).max_body_bytes, limit);
}
