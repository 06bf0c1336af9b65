//! What DynamoDB's failures mean.

use std::fmt::Debug;

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::CancellationReason;
use domain::{Code, Error, Result, Timestamp};
use service::Item;

use super::values;

/// Why a transaction was not answered with success.
pub(super) enum Failed {
    /// Conditions that do not hold, with what is there.
    Refused(Vec<(usize, Option<Item>)>),
    /// It was not made, and may be in a moment.
    Busy(String),
    /// It may have been made: the answer is missing.
    Lost(String),
}

/// An error of the SDK's, with its causes.
fn told<E, R>(error: &SdkError<E, R>) -> String
where
    E: std::error::Error + 'static,
    R: Debug,
{
    DisplayErrorContext(error).to_string()
}

/// The store does not answer a question.
pub(super) fn unavailable<E, R>(error: SdkError<E, R>) -> Error
where
    E: std::error::Error + 'static,
    R: Debug,
{
    busy(told(&error))
}

pub(super) fn busy(told: String) -> Error {
    Error::unavailable("the state store", told)
}

pub(super) fn unknown(told: String) -> Error {
    let detail = "The state store did not say whether this was kept. Send it again with the same \
                  Idempotency-Key to learn how it ended.";
    let mut error = Error::new(Code::Unavailable, "OUTCOME_UNKNOWN", detail).because(told);
    error.retry_after = Some(std::time::Duration::from_secs(1));
    error
}

/// Reads a failure of a transaction; an error is our bug.
pub(super) fn failed<R: Debug + 'static>(
    error: SdkError<TransactWriteItemsError, R>,
    at: Timestamp,
) -> Result<Failed> {
    let told = told(&error);
    let service = match &error {
        SdkError::ServiceError(service) => service.err(),
        // It was not even sent.
        SdkError::ConstructionFailure(_) => return Err(Error::internal(told)),
        SdkError::DispatchFailure(failure) if failure.is_io() && is_refused(&error) => {
            return Ok(Failed::Busy(told));
        }
        _ => return Ok(Failed::Lost(told)),
    };
    match service {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            reasons(cancelled.cancellation_reasons(), told, at)
        }
        TransactWriteItemsError::TransactionInProgressException(_)
        | TransactWriteItemsError::ProvisionedThroughputExceededException(_)
        | TransactWriteItemsError::RequestLimitExceeded(_) => Ok(Failed::Busy(told)),
        TransactWriteItemsError::InternalServerError(_) => Ok(Failed::Lost(told)),
        TransactWriteItemsError::ResourceNotFoundException(_) => Err(busy(told)),
        other => match other.code() {
            Some("ThrottlingException" | "ServiceUnavailable") => Ok(Failed::Busy(told)),
            Some("ValidationException" | "IdempotentParameterMismatchException") => {
                Err(Error::internal(told))
            }
            // Rights and the like: it was refused, and will be.
            _ => Err(busy(told)),
        },
    }
}

fn is_refused(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut io = causes.filter_map(|error| error.downcast_ref::<std::io::Error>());
    io.any(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
}

/// Conditions come before conflicts: what they found is so, whatever else was going on.
fn reasons(reasons: &[CancellationReason], told: String, at: Timestamp) -> Result<Failed> {
    let mut refused = Vec::new();
    for (position, reason) in reasons.iter().enumerate() {
        match reason.code() {
            Some("ConditionalCheckFailed") => {
                let there = reason.item().cloned().map(values::item).transpose()?;
                refused.push((position, there.filter(|item| item.is_alive(at))));
            }
            Some(
                "None"
                | "TransactionConflict"
                | "ThrottlingError"
                | "ProvisionedThroughputExceeded",
            )
            | None => {}
            Some(_) => return Err(Error::internal(told)),
        }
    }
    Ok(if refused.is_empty() { Failed::Busy(told) } else { Failed::Refused(refused) })
}
