//! The folder as S3: `s3s-fs`, but for how an object is read. That reads 4 KiB at a time, each in a
//! task of the blocking pool: the first scan of a table took twice as long.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};

use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// What is read of a file at a time; a column of a row group is mostly less.
const PIECE: usize = 256 << 10;

/// Buckets in a folder.
pub(crate) struct Files {
    files: s3s_fs::FileSystem,
    folder: PathBuf,
}

impl Files {
    pub(crate) fn new(folder: &Path) -> anyhow::Result<Self> {
        let files = s3s_fs::FileSystem::new(folder).map_err(|error| {
            anyhow::anyhow!("the object store's folder is not usable: {error:?}")
        })?;
        Ok(Self { files, folder: folder.to_owned() })
    }

    /// `files` checked bucket, key and range; this reads what it promised.
    async fn body(
        &self,
        bucket: &str,
        key: &str,
        first: u64,
        length: u64,
    ) -> S3Result<StreamingBlob> {
        let path = self.folder.join(bucket).join(key);
        let mut file = File::open(path).await.map_err(|error| s3_error!(error, NoSuchKey))?;
        let internal = |error| s3_error!(error, InternalError);
        file.seek(SeekFrom::Start(first)).await.map_err(internal)?;
        let piece = usize::try_from(length).map_or(PIECE, |length| length.clamp(1, PIECE));
        file.set_max_buf_size(piece);
        Ok(StreamingBlob::wrap(ReaderStream::with_capacity(file.take(length), piece)))
    }
}

/// All that `s3s-fs` has, as it has it.
macro_rules! as_it_is {
    ($($name:ident: $input:ident -> $output:ident,)*) => {
        #[async_trait::async_trait]
        impl S3 for Files {
            async fn get_object(
                &self,
                request: S3Request<GetObjectInput>,
            ) -> S3Result<S3Response<GetObjectOutput>> {
                let (bucket, key) = (request.input.bucket.clone(), request.input.key.clone());
                let mut response = self.files.get_object(request).await?;
                let length = response.output.content_length.unwrap_or_default();
                let first = response.output.content_range.as_deref().map_or(Some(0), first_byte);
                let (Some(first), Ok(length)) = (first, u64::try_from(length)) else {
                    return Err(s3_error!(InternalError));
                };
                response.output.body = Some(self.body(&bucket, &key, first, length).await?);
                Ok(response)
            }

            $(async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                self.files.$name(request).await
            })*
        }
    };
}

as_it_is! {
    abort_multipart_upload: AbortMultipartUploadInput -> AbortMultipartUploadOutput,
    complete_multipart_upload: CompleteMultipartUploadInput -> CompleteMultipartUploadOutput,
    copy_object: CopyObjectInput -> CopyObjectOutput,
    create_bucket: CreateBucketInput -> CreateBucketOutput,
    create_multipart_upload: CreateMultipartUploadInput -> CreateMultipartUploadOutput,
    delete_bucket: DeleteBucketInput -> DeleteBucketOutput,
    delete_object: DeleteObjectInput -> DeleteObjectOutput,
    delete_objects: DeleteObjectsInput -> DeleteObjectsOutput,
    get_bucket_location: GetBucketLocationInput -> GetBucketLocationOutput,
    head_bucket: HeadBucketInput -> HeadBucketOutput,
    head_object: HeadObjectInput -> HeadObjectOutput,
    list_buckets: ListBucketsInput -> ListBucketsOutput,
    list_objects: ListObjectsInput -> ListObjectsOutput,
    list_objects_v2: ListObjectsV2Input -> ListObjectsV2Output,
    list_parts: ListPartsInput -> ListPartsOutput,
    put_object: PutObjectInput -> PutObjectOutput,
    upload_part: UploadPartInput -> UploadPartOutput,
    upload_part_copy: UploadPartCopyInput -> UploadPartCopyOutput,
}

/// Of `bytes 5-9/20` the 5.
fn first_byte(content_range: &str) -> Option<u64> {
    content_range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}
