//! The table, where nobody else makes it: on AWS the template does, never a function.

use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveSpecification,
};
use domain::{Error, Result};

use super::DynamoDbItems;
use super::failure::unavailable;

impl DynamoDbItems {
    /// Makes the table where it is missing, and waits until it can be used; whether it was made.
    pub async fn ensure_table(&self) -> Result<bool> {
        let parts = [("pk", KeyType::Hash), ("sk", KeyType::Range)];
        let mut request = self.client.create_table().table_name(&self.table);
        for (name, kind) in parts {
            let attribute = AttributeDefinition::builder().attribute_name(name);
            let attribute = attribute.attribute_type(ScalarAttributeType::S).build();
            let key = KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
            request = request
                .attribute_definitions(attribute.map_err(Error::internal)?)
                .key_schema(key.map_err(Error::internal)?);
        }
        match request.billing_mode(BillingMode::PayPerRequest).send().await {
            Ok(_) => {}
            Err(error)
                if error.as_service_error().is_some_and(|e| e.is_resource_in_use_exception()) =>
            {
                return Ok(false);
            }
            Err(error) => return Err(unavailable(error)),
        }
        self.client
            .wait_until_table_exists()
            .table_name(&self.table)
            .wait(super::PATIENCE * 12)
            .await
            .map_err(|error| Error::unavailable("the state store", error.to_string()))?;
        let ttl = TimeToLiveSpecification::builder().attribute_name("ttl").enabled(true).build();
        let request = self.client.update_time_to_live().table_name(&self.table);
        let request = request.time_to_live_specification(ttl.map_err(Error::internal)?);
        request.send().await.map_err(unavailable)?;
        Ok(true)
    }
}
