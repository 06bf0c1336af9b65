//! What lies in a lake's bucket, as S3 lists it: on the embedded store and on MinIO alike.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Builder, Credentials, Region};
use serde_json::Value;

use super::app::App;
use super::server::Variables;
use super::services::Services;
use super::way::Way;

impl App {
    /// All data files of its lake, if the lake is its own; else those of this table alone, since
    /// others write beside it.
    pub(crate) async fn data_files(&self, table: &str) -> Vec<String> {
        let (variables, prefix) = match Way::current() {
            Way::Embedded => (self.embedded_store(), "lake/".to_owned()),
            Way::Services => (self.lake().variables().clone(), "lake/".to_owned()),
            Way::Stack => (Services::of_the_run().variables(), format!("lake/main/{table}/")),
        };
        let mut listed = client(&variables)
            .list_objects_v2()
            .bucket(&variables["STORAGE_DEFAULT_BUCKET"])
            .prefix(prefix)
            .into_paginator()
            .send();
        let mut files = Vec::new();
        while let Some(page) = listed.next().await {
            let page = page.expect("a listing");
            files.extend(page.contents().iter().filter_map(|o| o.key().map(str::to_owned)));
        }
        files
    }

    /// Puts an object into its bucket.
    pub(crate) async fn put_object(&self, key: &str, content_type: Option<&str>, body: Vec<u8>) {
        let variables = match Way::current() {
            Way::Embedded => self.embedded_store(),
            _ => self.lake().variables().clone(),
        };
        let put = client(&variables).put_object().bucket(&variables["STORAGE_DEFAULT_BUCKET"]);
        let put = put.key(key).set_content_type(content_type.map(str::to_owned));
        put.body(body.into()).send().await.expect("put");
    }

    /// What `s3.json` says of the store in the server, in the words of a MinIO's variables.
    fn embedded_store(&self) -> Variables {
        let file = std::fs::read(self.lake().home().join("s3.json")).expect("s3.json");
        let kept: Value = serde_json::from_slice(&file).expect("JSON");
        let text = |name: &str| kept[name].as_str().expect("text").to_owned();
        Variables::from([
            ("STORAGE_MINIO_ENDPOINT".into(), format!("127.0.0.1:{}", kept["port"])),
            ("STORAGE_MINIO_ACCESS_KEY".into(), text("access_key")),
            ("STORAGE_MINIO_SECRET_KEY".into(), text("secret_key")),
            ("STORAGE_DEFAULT_BUCKET".into(), "eider".into()),
        ])
    }
}

fn client(variables: &Variables) -> Client {
    let value = |name: &str| variables[name].clone();
    let (access, secret) = (value("STORAGE_MINIO_ACCESS_KEY"), value("STORAGE_MINIO_SECRET_KEY"));
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(format!("http://{}", variables["STORAGE_MINIO_ENDPOINT"]))
        .credentials_provider(Credentials::new(access, secret, None, None, "the test's"))
        .force_path_style(true);
    Client::from_conf(config.build())
}
