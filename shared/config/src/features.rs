//! What may be switched on: the flags of the system that Eider replaces, by the names they had there.

use crate::reader::Reader;

/// `FEATURE_ENABLE_*`: what was asked for. What becomes of each is told by `GET /config/features`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeaturesConfig {
    /// `FEATURE_ENABLE_MEMORY_MONITORING`: the process's memory in `GET /status`.
    pub memory_monitoring: bool,
    /// `FEATURE_ENABLE_PERFORMANCE_TRACKING`: `Server-Timing` in each answer.
    pub performance_tracking: bool,
    /// `FEATURE_ENABLE_PROMETHEUS_METRICS`: there are no metrics yet.
    pub prometheus_metrics: bool,
    /// `FEATURE_ENABLE_S3_ENCRYPTION`: there are no datasets yet.
    pub s3_encryption: bool,
}

pub(crate) fn read(reader: &mut Reader) -> FeaturesConfig {
    FeaturesConfig {
        memory_monitoring: reader.flag("FEATURE_ENABLE_MEMORY_MONITORING", false),
        performance_tracking: reader.flag("FEATURE_ENABLE_PERFORMANCE_TRACKING", false),
        prometheus_metrics: reader.flag("FEATURE_ENABLE_PROMETHEUS_METRICS", false),
        s3_encryption: reader.flag("FEATURE_ENABLE_S3_ENCRYPTION", false),
    }
}
