//! The server itself.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use config::{AwsKeys, EmbeddedStorageConfig, S3Config, Secret};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;

use crate::StoredKeys;
use crate::files::Files;

/// A running S3 server; it ends when this is dropped.
pub struct ObjectServer {
    keys: StoredKeys,
    bucket: String,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for ObjectServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl ObjectServer {
    /// Starts the server over `config.folder`, at the port of last time if that is free.
    pub async fn start(config: &EmbeddedStorageConfig) -> anyhow::Result<Self> {
        fs::create_dir_all(config.folder.join(&config.bucket)).with_context(|| {
            format!("cannot make the object store's folder {}", config.folder.display())
        })?;
        let mut keys = StoredKeys::load_or_generate(&config.keys)?;
        let listener = listen(keys.port).await?;
        keys.port = listener.local_addr()?.port();
        keys.save(&config.keys)?;
        let service = service(config, &keys)?;
        Ok(Self { keys, bucket: config.bucket.clone(), task: spawn(listener, service) })
    }

    /// How clients reach it: what an S3 configuration would say.
    pub fn as_s3(&self) -> S3Config {
        S3Config {
            endpoint: Some(format!("{}:{}", Ipv4Addr::LOCALHOST, self.keys.port)),
            secure: false,
            keys: Some(AwsKeys {
                access_key: self.keys.access_key.clone(),
                secret_key: Secret::new(self.keys.secret_key.clone()),
            }),
            region: "us-east-1".to_owned(),
            bucket: self.bucket.clone(),
        }
    }
}

async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match TcpListener::bind(at(port)).await {
        Ok(listener) => Ok(listener),
        Err(_) => TcpListener::bind(at(0)).await.context("no free port for the object store"),
    }
}

fn service(config: &EmbeddedStorageConfig, keys: &StoredKeys) -> anyhow::Result<S3Service> {
    let mut builder = S3ServiceBuilder::new(Files::new(&config.folder)?);
    builder.set_auth(SimpleAuth::from_single(keys.access_key.as_str(), keys.secret_key.as_str()));
    Ok(builder.build())
}

#[expect(clippy::disallowed_methods, reason = "the server's own tasks, in a process of our own")]
fn spawn(listener: TcpListener, service: S3Service) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                continue;
            };
            stream.set_nodelay(true).ok();
            let service = service.clone();
            tokio::spawn(async move {
                let http = auto::Builder::new(TokioExecutor::new());
                let connection = http.serve_connection(TokioIo::new(stream), service);
                if let Err(error) = connection.await {
                    tracing::debug!("a connection to the object store ended early: {error}");
                }
            });
        }
    })
}
