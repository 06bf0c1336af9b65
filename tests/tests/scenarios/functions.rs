//! What only the functions have: the front door before them, and a platform that limits them.

use reqwest::Method;
use serde_json::json;

use crate::harness::app::{App, shared, stack_variable};
use crate::harness::http::{ARROW, Answer, encoded, path_of, send, unique};
use crate::harness::rows::{arrow_of, numbered, numbered_columns};
use crate::harness::scenario::Scenario;
use crate::harness::way::Way;

pub(crate) fn all() -> Vec<Scenario> {
    scenarios![only &[Way::Stack], "there is no front door before a server";
        a_request_past_the_front_door_is_refused,
        what_a_client_says_of_the_front_door_is_not_believed,
    ]
}

/// The functions' own addresses: what CloudFront calls, and no one else should.
async fn past_the_front_door(method: Method, path: &str, headers: &[(&str, &str)]) -> Vec<Answer> {
    let api = App::at(stack_variable("EIDER_STACK_API_URL"));
    let rows = App::at(stack_variable("EIDER_STACK_ROWS_URL"));
    let mut answers = Vec::new();
    for app in [api, rows] {
        let mut request = app.request(method.clone(), path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answers.push(send(request).await);
    }
    answers
}

async fn a_request_past_the_front_door_is_refused() {
    for headers in [&[][..], &[("x-eider-front-door", "guessed-guessed-guessed-guessed")]] {
        for answer in past_the_front_door(Method::GET, "/tables", headers).await {
            assert_eq!(answer.status, 403, "{answer}");
            assert!(!answer.text().contains(&stack_variable("EIDER_STACK_SECRET")), "{answer}");
        }
    }
}

async fn what_a_client_says_of_the_front_door_is_not_believed() {
    let (app, name) = (shared().await, unique("front"));
    app.create(&name, numbered_columns()).await;
    app.put(&path_of(&name), ARROW, arrow_of(&[numbered(0, 3)])).await.is(200);
    // A client's own copy of the path must not lead to another table.
    let request = app.request(Method::GET, &path_of(&unique("none")));
    let answer = send(request.header("x-eider-path", path_of(&name))).await;
    answer.problem(404, "TABLE_NOT_FOUND");
    let request = app.request(Method::GET, &path_of(&name)).header("x-eider-front-door", "mine");
    assert_eq!(send(request).await.is(200).json()["row_count"], json!(3));
    let odd = format!("/tables/{}", encoded("a/b?c#d"));
    app.get(&odd).await.problem(404, "TABLE_NOT_FOUND");
}
