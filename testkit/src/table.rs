//! The counter's table.

use serde_json::{Value, json};
use visitor_counter_dynamodb::{EmbeddedDynamoDb, Server};

/// Name of the table.
pub const TABLE: &str = "visitor-counter-test";

/// The counter's table, in an embedded DynamoDB.
#[derive(Debug)]
pub struct Table {
    dynamodb: EmbeddedDynamoDb,
    server: Server,
}

impl Table {
    /// Serves an empty table on a free port.
    pub async fn start() -> Self {
        let dynamodb = EmbeddedDynamoDb::in_memory(TABLE, "id").unwrap();
        let server = dynamodb.serve().await.unwrap();
        Self { dynamodb, server }
    }

    /// The URL of DynamoDB.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// Writes an item, in DynamoDB's JSON.
    pub fn put(&self, item: &Value) {
        let put = json!({ "TableName": TABLE, "Item": item });
        let put = serde_json::from_value(put).unwrap();
        self.dynamodb.database().put_item(put).unwrap();
    }

    /// Writes the item, with its attribute `visits` in DynamoDB's JSON, or without it if it is
    /// null.
    pub fn store(&self, visits: &Value) {
        let mut item = json!({ "id": { "S": "site" } });
        if !visits.is_null() {
            item["visits"] = visits.clone();
        }
        self.put(&item);
    }

    /// Sends an update of the item, with these keys of DynamoDB's `UpdateItem`.
    pub fn update(&self, update: Value) {
        let mut update = update;
        update["TableName"] = TABLE.into();
        update["Key"] = json!({ "id": { "S": "site" } });
        let update = serde_json::from_value(update).unwrap();
        self.dynamodb.database().update_item(update).unwrap();
    }

    /// Reads the attribute `visits`: null if there is none.
    pub fn stored(&self) -> Value {
        self.item()["visits"].clone()
    }

    /// Reads the item, in DynamoDB's JSON: null if there is none.
    pub fn item(&self) -> Value {
        self.item_of("site")
    }

    /// Reads another item, such as that of a page.
    pub fn item_of(&self, id: &str) -> Value {
        let get = json!({ "TableName": TABLE, "Key": { "id": { "S": id } } });
        let get = serde_json::from_value(get).unwrap();
        let got = self.dynamodb.database().get_item(get).unwrap();
        serde_json::to_value(got).unwrap()["Item"].clone()
    }
}
