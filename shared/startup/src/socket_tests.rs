//! A socket has the front door that functions have.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::routing::put;
use config::Config;
use http::{StatusCode, Uri};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use web::{Anonymous, Edge};

use crate::bind;

async fn ask(address: SocketAddr, headers: &str) -> String {
    say(
        address,
        &format!("GET /sent?a=1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n"),
    )
    .await
}

/// What is answered to these bytes until the server closes.
async fn say(address: SocketAddr, sent: &str) -> String {
    let mut client = TcpStream::connect(address).await.expect("it listens");
    client.write_all(sent.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.expect("an answer");
    answer
}

/// What a router that tells the URI and the headers it sees answers to each of these.
async fn answers<const N: usize>(variables: &[(&str, &str)], requests: [&str; N]) -> [String; N] {
    let router = Router::new().fallback(async |uri: Uri, headers: http::HeaderMap| {
        let left = headers.keys().filter(|name| name.as_str().starts_with("x-eider-")).count();
        format!("sees {uri}, {left} of the front door's headers")
    });
    served(variables, router, async |address| {
        let mut answers = requests.map(str::to_owned);
        for answer in &mut answers {
            *answer = ask(address, answer).await;
        }
        answers
    })
    .await
}

fn config(variables: &[(&str, &str)]) -> Config {
    let variables = variables.iter().chain(&[("EIDER_LISTEN", "127.0.0.1:0")]);
    let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::from_variables(variables).expect("a configuration")
}

/// What `asked` finds while `router` is served.
async fn served<T>(
    variables: &[(&str, &str)],
    router: Router,
    asked: impl AsyncFnOnce(SocketAddr) -> T,
) -> T {
    let bound = bind(&config(variables).server).await.expect("a port");
    let address = bound.address;
    tokio::select! {
        found = asked(address) => found,
        _ = bound.serve_until(router, std::future::pending()) => panic!("it ended"),
    }
}

#[tokio::test]
async fn a_socket_has_the_front_door_that_functions_have() {
    let secrets = [("EIDER_FRONT_DOOR_SECRETS", "first secret 123,second secret 12")];
    let [none, wrong, right, copied] = answers(
        &secrets,
        [
            "x-eider-path: /tables/t\r\nx-request-id: look-here\r\n",
            "x-eider-front-door: guessed guessed\r\n",
            "x-eider-front-door: second secret 12\r\n",
            "x-eider-front-door: first secret 123\r\nx-eider-path: /tables/a%2Fb c\r\n",
        ],
    )
    .await;
    for refused in [&none, &wrong] {
        assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
        assert!(refused.contains("NOT_THROUGH_FRONT_DOOR"), "{refused}");
    }
    assert!(none.contains(r#""request_id":"look-here""#), "{none}");
    assert!(right.ends_with("sees /sent?a=1, 0 of the front door's headers"), "{right}");
    assert!(
        copied.ends_with("sees /tables/a%2Fb%20c?a=1, 0 of the front door's headers"),
        "{copied}"
    );
}

#[tokio::test]
async fn without_a_secret_there_is_no_front_door_and_its_path_is_not_believed() {
    let [answer] = answers(&[], ["x-eider-path: /tables/t\r\n"]).await;
    assert!(answer.ends_with("sees /sent?a=1, 0 of the front door's headers"), "{answer}");
}

#[tokio::test]
async fn an_answer_to_a_body_that_was_not_read_says_that_the_connection_closes() {
    let router = Router::new()
        .route("/refuses", put(async || StatusCode::PAYLOAD_TOO_LARGE))
        .route("/reads", put(async |body: String| body));
    let sends = |path, length: &str, body| {
        format!("PUT {path} HTTP/1.1\r\nhost: x\r\n{length}\r\n\r\n{body}")
    };
    let ends = "GET /reads HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    served(&[], router, async |address| {
        for (length, body) in [
            ("content-length: 9", "too large"),
            ("transfer-encoding: chunked", "9\r\ntoo large\r\n0\r\n\r\n"),
        ] {
            let refused = say(address, &sends("/refuses", length, body)).await;
            assert!(refused.starts_with("HTTP/1.1 413 "), "{refused}");
            assert!(refused.contains("connection: close\r\n"), "{refused}");
            // One that was read leaves the connection to the next request.
            let read = say(address, &(sends("/reads", length, body) + ends)).await;
            assert!(read.contains("\r\n\r\ntoo largeHTTP/1.1 405 "), "{read}");
        }
    })
    .await;
}

#[tokio::test]
async fn options_of_the_whole_server_reach_the_router_as_they_are() {
    let asked = "OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
    let secret = "x-eider-front-door: first secret 123\r\n";
    for (variables, headers) in
        [(&[][..], ""), (&[("EIDER_FRONT_DOOR_SECRETS", "first secret 123")][..], secret)]
    {
        let edge = Edge::new(Arc::new(Anonymous), config(variables).server, Path::new("/tmp"));
        let router = web::finish(Router::new(), Arc::new(edge));
        let answer = served(variables, router, async |address| {
            say(address, &format!("{asked}{headers}\r\n")).await
        })
        .await;
        assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
        assert!(answer.contains("allow: GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS\r\n"), "{answer}");
    }
}
