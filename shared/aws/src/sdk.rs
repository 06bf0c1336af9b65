//! What all clients of the SDK have in common.

use aws_config::ConfigLoader;
use aws_config::Region;
use aws_credential_types::Credentials;
use config::AwsKeys;

/// A configuration for this region, with static keys where there are any, else with what the SDK finds.
pub(crate) fn loader(region: &str, keys: Option<&AwsKeys>) -> ConfigLoader {
    let loader = aws_config::from_env().region(Region::new(region.to_owned()));
    match keys {
        None => loader,
        Some(keys) => {
            let secret = keys.secret_key.reveal();
            let keys = Credentials::new(&keys.access_key, secret, None, None, "configuration");
            loader.credentials_provider(keys)
        }
    }
}
