//! The object store, of both kinds, and the credentials for it.

use std::path::Path;
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Credentials, Region};
use config::{AwsKeys, Config, EmbeddedStorageConfig, S3Config, Secret, StorageConfig};
use domain::ObjectUri;
use embedded::ObjectServer;
use service::ObjectStore;
use testkit::conformance::{self, ObjectStores};

async fn embedded(home: &Path) -> ObjectServer {
    let config = EmbeddedStorageConfig {
        folder: home.join("objects"),
        keys: home.join("s3.json"),
        bucket: "lake".to_owned(),
    };
    ObjectServer::start(&config).await.expect("it starts")
}

fn client(s3: &S3Config) -> Client {
    let keys = s3.keys.clone().expect("static keys");
    let secret = keys.secret_key.reveal();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version_latest()
        .region(Region::new(s3.region.clone()))
        .endpoint_url(s3.endpoint_url().expect("an endpoint"))
        .force_path_style(true)
        .credentials_provider(Credentials::new(keys.access_key, secret, None, None, "test"));
    Client::from_conf(config.build())
}

async fn adapter(s3: S3Config) -> Arc<dyn ObjectStore> {
    Arc::new(aws::S3ObjectStore::new(&s3).await)
}

/// The store that `s3` reaches, and what is wrong with it or its configuration one by one.
async fn states(s3: &S3Config) -> ObjectStores {
    let keys = s3.keys.clone().expect("static keys");
    // A port that was free a moment ago.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let nobody = nobody.local_addr().expect("bound").to_string();
    let wrong = AwsKeys { secret_key: Secret::new("not the secret"), ..keys.clone() };
    let broken = [
        ("no bucket", S3Config { bucket: "nowhere".to_owned(), ..s3.clone() }),
        ("wrong keys", S3Config { keys: Some(wrong), ..s3.clone() }),
        ("down", S3Config { endpoint: Some(nobody), ..s3.clone() }),
    ];
    let object = ObjectUri { bucket: s3.bucket.clone(), key: "in/a b ü.bin".to_owned() };
    let held: Vec<u8> = (0..300_000_u32).map(|at| (at % 251) as u8).collect();
    let put = client(s3).put_object().bucket(&object.bucket).key(&object.key);
    put.body(held.clone().into()).send().await.expect("put");
    let mut states = ObjectStores {
        object: (object, held),
        ready: adapter(s3.clone()).await,
        broken: Vec::new(),
        secrets: vec![keys.secret_key.reveal().to_owned(), "not the secret".to_owned()],
    };
    for (state, config) in broken {
        states.broken.push((state, adapter(config).await));
    }
    states
}

async fn keep_their_ports(s3: &S3Config) {
    conformance::object_store(states(s3).await).await;
    let credentials = aws::credentials(s3).await.expect("credentials");
    conformance::object_credentials(credentials).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_object_store_keeps_its_port() {
    let home = tempfile::tempdir().expect("a folder");
    let server = embedded(home.path()).await;
    keep_their_ports(&server.as_s3()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_object_store_of_the_services_keeps_its_port() {
    let lake = crate::lakes::services().await;
    let Config { storage: StorageConfig::S3(s3), .. } = &lake.config else {
        panic!("the services have an object store")
    };
    keep_their_ports(s3).await;
}

/// An object of some pieces, read whole and in ranges as DuckDB reads a Parquet file.
#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_object_store_reads_whole_objects_and_ranges() {
    let home = tempfile::tempdir().expect("a folder");
    let server = embedded(home.path()).await;
    let client = client(&server.as_s3());
    let object: Vec<u8> = (0..3_000_007_u32).map(|at| (at * 7 / 5) as u8).collect();
    let put = client.put_object().bucket("lake").key("a b/ü.parquet").body(object.clone().into());
    put.send().await.expect("put");

    let get = async |range: Option<&str>| {
        let get = client.get_object().bucket("lake").key("a b/ü.parquet");
        let got = get.set_range(range.map(str::to_owned)).send().await?;
        let told = got.content_length().expect("a length");
        let bytes = got.body.collect().await.expect("a whole body").into_bytes();
        assert_eq!(bytes.len() as i64, told, "{range:?}");
        Ok::<_, aws_sdk_s3::Error>(bytes)
    };
    let end = object.len() - 1;
    for (range, expected) in [
        (None, &object[..]),
        (Some("bytes=0-0"), &object[..1]),
        (Some("bytes=524287-524289"), &object[524_287..=524_289]),
        (Some("bytes=1000000-2999999"), &object[1_000_000..3_000_000]),
        (Some("bytes=2000000-"), &object[2_000_000..]),
        (Some("bytes=-8"), &object[end - 7..]),
        (Some(&*format!("bytes={end}-{}", end + 100)), &object[end..]),
    ] {
        assert!(get(range).await.expect("the object") == expected, "{range:?} differs");
    }
    get(Some("bytes=9000000-")).await.expect_err("it starts behind the end");
    client.get_object().bucket("lake").key("../s3.json").send().await.expect_err("no way out");
}
