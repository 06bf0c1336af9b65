//! What is deployed, and which function a request reaches by it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use yaml_rust2::{Yaml, YamlLoader};

/// A file or folder of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Patterns, as axum and `cargo lambda watch` match them, and what each leads to.
pub(crate) struct Routes(matchit::Router<(String, String)>);

impl Routes {
    pub(crate) fn new(routes: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut router = matchit::Router::new();
        for (pattern, target) in routes {
            let inserted = router.insert(pattern.clone(), (pattern.clone(), target));
            inserted.unwrap_or_else(|why| panic!("{pattern}: {why}"));
        }
        Self(router)
    }

    /// The pattern that the path falls under, and what that leads to.
    pub(crate) fn of(&self, path: &str) -> Option<(&str, &str)> {
        let (pattern, target) = self.0.at(path).ok()?.value;
        Some((pattern, target))
    }
}

/// `[workspace.metadata.lambda.watch.router]`: pattern and function.
pub(crate) fn watch_router() -> BTreeMap<String, String> {
    let manifest = std::fs::read_to_string(repository("Cargo.toml")).expect("Cargo.toml");
    let section = manifest.split("[workspace.metadata.lambda.watch.router]\n").nth(1);
    let lines = section.expect("the watch router").lines().take_while(|l| !l.starts_with('['));
    let entries = lines.filter_map(|line| line.split_once(" = "));
    entries.map(|(path, name)| (unquoted(path), unquoted(name))).collect()
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches('"').to_owned()
}

/// template.yaml and infra/front-door.yaml; tags of CloudFormation are dropped, their values stay.
pub(crate) struct Template {
    template: Yaml,
    front_door: Yaml,
}

impl Template {
    pub(crate) fn read() -> Self {
        let yaml = |path: &str| {
            let text = std::fs::read_to_string(repository(path)).expect("a template");
            YamlLoader::load_from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}")).remove(0)
        };
        Self { template: yaml("template.yaml"), front_door: yaml("infra/front-door.yaml") }
    }

    /// The API's routes for any method: their keys, and the function at the end of each.
    pub(crate) fn api_routes(&self) -> BTreeMap<String, String> {
        let routes = self.resources("AWS::ApiGatewayV2::Route");
        routes.map(|(_, route)| (text(&route["RouteKey"]), self.function_of_route(route))).collect()
    }

    /// Where an origin of the front door leads: a function by its URL, or `None`, which is the API.
    pub(crate) fn function_of_origin(&self, origin: &str) -> Option<String> {
        let distribution = &self.front_door["Resources"]["Distribution"]["Properties"];
        let mut origins =
            distribution["DistributionConfig"]["Origins"].as_vec().into_iter().flatten();
        let found = origins.find(|candidate| candidate["Id"].as_str() == Some(origin));
        let domain = found.unwrap_or_else(|| panic!("no origin {origin}"))["DomainName"].as_str();
        // A parameter of this stack is an output of the other.
        let output = format!("{:?}", self.template["Outputs"][domain.expect("a domain")]["Value"]);
        let mut urls = self.resources("AWS::Lambda::Url");
        let url = urls.find(|(name, _)| output.contains(&format!("{name}.FunctionUrl")));
        assert!(url.is_some() || output.contains("${Api}"), "{origin} leads to {output}");
        url.map(|(_, url)| self.folder_of(&text(&url["TargetFunctionArn"])))
    }

    fn function_of_route(&self, route: &Yaml) -> String {
        let target = text(&route["Target"]);
        let name = target.trim_start_matches("integrations/${").trim_end_matches('}');
        let uri = text(&self.template["Resources"][name]["Properties"]["IntegrationUri"]);
        let function = uri.rsplit("${").next().and_then(|rest| rest.split(".Arn}").next());
        self.folder_of(function.unwrap_or_else(|| panic!("{name} calls no function: {uri}")))
    }

    /// The folder of functions/ that a resource is built from.
    fn folder_of(&self, resource: &str) -> String {
        let uri = text(&self.template["Resources"][resource]["Properties"]["CodeUri"]);
        uri.trim_start_matches("target/lambda/").to_owned()
    }

    /// Names and properties of the resources of a kind.
    fn resources(&self, kind: &str) -> impl Iterator<Item = (&str, &Yaml)> {
        let all = self.template["Resources"].as_hash().expect("resources").iter();
        let of_kind = all.filter(move |(_, resource)| resource["Type"].as_str() == Some(kind));
        of_kind.map(|(name, resource)| (name.as_str().expect("a name"), &resource["Properties"]))
    }
}

fn text(value: &Yaml) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value:?} is no text")).to_owned()
}

/// What infra/front-door.js says, run by Node: its table, its limit, and the origin of each request.
pub(crate) struct FrontDoor {
    /// Path and origin of each route that it knows.
    pub(crate) table: BTreeMap<String, String>,
    pub(crate) max_body_bytes: u64,
    pub(crate) origins: Vec<String>,
}

const ASK: &str = "
    const [loader, requests] = process.argv.slice(1);
    const { loadFrontDoor, viewerRequest } = await import(loader);
    const { frontDoor, table, maxBodyBytes } = loadFrontDoor();
    const origins = JSON.parse(requests).map(([method, path]) => frontDoor(viewerRequest(method, path)).origin);
    console.log(JSON.stringify({ table, maxBodyBytes, origins }));";

impl FrontDoor {
    /// Asks it about requests: method and path.
    pub(crate) fn ask(requests: &[(String, String)]) -> Self {
        let mut node = Command::new("node");
        node.args(["--input-type=module", "-e", ASK]).arg(repository("infra/load-front-door.mjs"));
        let ran = node.arg(serde_json::json!(requests).to_string()).output();
        let output = ran.expect("Node.js 20 or newer runs the front door");
        let said = String::from_utf8_lossy(&output.stderr);
        let answer: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
        let texts = |value: &Value| value.as_str().expect("text").to_owned();
        let table = answer["table"].as_array().expect("a table").iter();
        Self {
            table: table.map(|row| (texts(&row["path"]), texts(&row["origin"]))).collect(),
            max_body_bytes: answer["maxBodyBytes"].as_u64().expect("a limit"),
            origins: answer["origins"].as_array().expect("origins").iter().map(texts).collect(),
        }
    }
}
