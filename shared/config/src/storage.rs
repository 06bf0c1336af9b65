//! The object store under the lake: S3 where `STORAGE_MINIO_ENDPOINT` names an endpoint, or where both
//! `AWS_REGION` and `STORAGE_DEFAULT_BUCKET` are set; else the embedded one.

use std::path::PathBuf;

use domain::ObjectUri;

use crate::{AwsKeys, Environment, ServerConfig, aws, reader::Reader};

/// Which object store holds the lake's data.
#[derive(Debug, Clone)]
pub enum StorageConfig {
    /// An S3 server inside this process, over a folder.
    Embedded(EmbeddedStorageConfig),
    /// S3, or what speaks it.
    S3(S3Config),
}

impl StorageConfig {
    /// Where DuckLake keeps data files: `s3://bucket/prefix/`.
    pub fn data_path(&self) -> String {
        match self {
            Self::S3(s3) => s3.data_path(),
            Self::Embedded(embedded) => data_path(&embedded.bucket),
        }
    }
}

/// The embedded object store.
#[derive(Debug, Clone)]
pub struct EmbeddedStorageConfig {
    /// The folder of its buckets.
    pub folder: PathBuf,
    /// The file that keeps its address and generated keys.
    pub keys: PathBuf,
    /// `STORAGE_DEFAULT_BUCKET`
    pub bucket: String,
}

/// S3, or what speaks it.
#[derive(Debug, Clone)]
pub struct S3Config {
    /// `STORAGE_MINIO_ENDPOINT` as `host:port`; `None` is AWS.
    pub endpoint: Option<String>,
    /// `STORAGE_MINIO_SECURE`: TLS.
    pub secure: bool,
    /// `STORAGE_MINIO_{ACCESS,SECRET}_KEY`; `None` takes what the AWS SDK finds.
    pub keys: Option<AwsKeys>,
    /// `AWS_REGION`
    pub region: String,
    /// `STORAGE_DEFAULT_BUCKET`: the lake's own.
    pub bucket: String,
}

/// What of storage tables may be appended from (`{"source": "s3://…"}`).
#[derive(Debug, Clone, Default)]
pub struct SourceConfig {
    /// `EIDER_SOURCE_PREFIXES`: `s3://bucket/path/` each, with commas between them; none by default.
    pub prefixes: Vec<String>,
    /// `EIDER_MAX_SOURCE_BYTES`: a larger object is refused.
    pub max_bytes: u64,
}

impl SourceConfig {
    /// Whether this object may be read.
    pub fn allows(&self, object: &ObjectUri) -> bool {
        self.prefixes.iter().any(|prefix| object.is_under(prefix))
    }
}

/// Where the lake's data files are in a bucket.
fn data_path(bucket: &str) -> String {
    format!("s3://{bucket}/lake/")
}

/// The lake's own files in this bucket are no sources.
pub(crate) fn read_sources(
    reader: &mut Reader,
    server: &ServerConfig,
    bucket: &str,
) -> SourceConfig {
    const NAME: &str = "EIDER_SOURCE_PREFIXES";
    let text = reader.text_or(NAME, "");
    let prefixes: Vec<String> =
        text.split(',').map(str::trim).filter(|p| !p.is_empty()).map(ToOwned::to_owned).collect();
    let lake = data_path(bucket);
    for prefix in &prefixes {
        let is_prefix = prefix.strip_prefix("s3://").is_some_and(|rest| rest.find('/') > Some(0));
        if !is_prefix || !prefix.ends_with('/') {
            reader.problem(NAME, format!("`{prefix}` is not of the form s3://bucket/path/."));
        } else if lake.starts_with(prefix.as_str()) || prefix.starts_with(&lake) {
            reader.problem(NAME, format!("`{prefix}` holds the lake's own files ({lake})."));
        }
    }
    // A function has 512 MB in /tmp unless told.
    let most = match server.platform {
        crate::Platform::Lambda { .. } => 256 << 20,
        crate::Platform::Server => 4 << 30,
    };
    let max_bytes = reader.parsed("EIDER_MAX_SOURCE_BYTES", most, "a number of bytes");
    SourceConfig { prefixes, max_bytes }
}

impl StorageConfig {
    /// The lake's own bucket.
    pub fn bucket(&self) -> &str {
        match self {
            Self::Embedded(embedded) => &embedded.bucket,
            Self::S3(s3) => &s3.bucket,
        }
    }
}

impl S3Config {
    /// The endpoint with its scheme, as the SDK wants it; `None` is AWS.
    pub fn endpoint_url(&self) -> Option<String> {
        let scheme = if self.secure { "https" } else { "http" };
        self.endpoint.as_ref().map(|host| format!("{scheme}://{host}"))
    }

    /// Where DuckLake keeps data files.
    pub fn data_path(&self) -> String {
        data_path(&self.bucket)
    }
}

/// What to set where the embedded store will not do.
pub(crate) const NAME_ONE: &str = "name an S3 endpoint, or set both AWS_REGION and \
                                   STORAGE_DEFAULT_BUCKET for S3 itself.";

pub(crate) fn read(reader: &mut Reader, server: &ServerConfig) -> StorageConfig {
    let bucket = reader.text_or("STORAGE_DEFAULT_BUCKET", "eider");
    check_bucket(reader, &bucket);
    let endpoint = reader.text("STORAGE_MINIO_ENDPOINT");
    let region = aws::read_region(reader);
    let keys = aws::read_keys(reader, "STORAGE_MINIO");
    if server.environment == Environment::Production
        && keys.as_ref().is_some_and(|keys| keys.access_key == "minioadmin")
    {
        reader.problem("STORAGE_MINIO_ACCESS_KEY", "is MinIO's default; production refuses it.");
    }
    let secure = reader.flag("STORAGE_MINIO_SECURE", endpoint.is_none());
    // A region alone may be a leftover of the shell of a laptop: only with a bucket it means S3.
    let aws = region.is_some() && reader.text("STORAGE_DEFAULT_BUCKET").is_some();
    if endpoint.is_none() && !aws {
        if keys.is_some() {
            reader.problem(
                "STORAGE_MINIO_ACCESS_KEY",
                "is set, but neither STORAGE_MINIO_ENDPOINT nor AWS_REGION with STORAGE_DEFAULT_BUCKET is.",
            );
        }
        return StorageConfig::Embedded(EmbeddedStorageConfig {
            folder: server.home.join("objects"),
            keys: server.home.join("s3.json"),
            bucket,
        });
    }
    if endpoint.as_ref().is_some_and(|endpoint| endpoint.contains(['/', '@'])) {
        reader.problem(
            "STORAGE_MINIO_ENDPOINT",
            "has a scheme, a path or a password; write host:port, and STORAGE_MINIO_SECURE=true for TLS.",
        );
    }
    let region = region.unwrap_or_else(|| aws::DEFAULT_REGION.to_owned());
    StorageConfig::S3(S3Config { endpoint, secure, keys, region, bucket })
}

/// S3's rules for bucket names, so far as they keep a URL whole.
fn check_bucket(reader: &mut Reader, bucket: &str) {
    let fits = (3..=63).contains(&bucket.len())
        && bucket
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
        && bucket.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
        && bucket.as_bytes().last().is_some_and(u8::is_ascii_alphanumeric);
    if !fits {
        reader.problem("STORAGE_DEFAULT_BUCKET", format!("`{bucket}` is not a bucket name of S3."));
    }
}
