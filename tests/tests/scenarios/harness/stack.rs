//! The functions on a local AWS: the addresses of the run's, or a stack of a scenario's own to break.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};

use super::app::App;
use super::services::Services;
use super::way::{repository, variable};

/// A stack on services of its own: both may be broken.
pub(crate) struct Stack {
    pub(crate) services: Services,
    /// Its front door.
    pub(crate) app: App,
}

impl Stack {
    /// A new one.
    pub(crate) async fn own() -> Self {
        let services = Services::own().await;
        let folder = services.folder().to_owned();
        let binaries =
            variable("EIDER_TEST_BIN_DIR").map_or(repository("target/release"), Into::into);
        let mut command = Command::new(repository("tools/stack"));
        command.arg("up").arg(&folder).arg("--bin").arg(binaries);
        let ran = tokio::task::spawn_blocking(move || command.output()).await.expect("joined");
        let output = ran.expect("tools/stack");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tools/stack up failed: {said}");
        let app = App::at(services.stack_variables()["EIDER_STACK_URL"].clone());
        Self { services, app }
    }

    /// Gives a function, `tables` or `system`, a setting that the template does not.
    pub(crate) async fn set(&self, function: &str, name: &str, value: &str) {
        let variables = self.services.stack_variables();
        let function = &variables[&format!("EIDER_STACK_{}_FUNCTION", function.to_uppercase())];
        let api = App::at(variables["EIDER_STACK_AWS_ENDPOINT"].clone());
        let path = format!("/2015-03-31/functions/{function}/configuration");
        let mut environment = aws(&api, Method::GET, &path, "").await["Environment"].clone();
        environment["Variables"][name] = json!(value);
        let changed = json!({"Environment": environment}).to_string();
        let changed = aws(&api, Method::PUT, &path, &changed).await;
        assert_eq!(changed["Environment"]["Variables"][name], value, "{changed}");
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // Before the services, which its functions hold connections to.
        Command::new(repository("tools/stack"))
            .arg("down")
            .arg(self.services.folder())
            .output()
            .ok();
    }
}

/// A call of the local AWS, which reads who it is and checks no signature.
pub(crate) async fn aws(api: &App, method: Method, path: &str, body: &str) -> Value {
    let by = "AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/lambda/aws4_request, \
              SignedHeaders=host, Signature=none";
    let request = api.request(method, path).header("authorization", by).body(body.to_owned());
    let answer = request.send().await.expect("an answer of the local AWS");
    let (status, body) = (answer.status(), answer.bytes().await.expect("the whole answer"));
    assert!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).expect("JSON")
}
