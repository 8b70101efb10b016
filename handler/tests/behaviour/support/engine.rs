//! A real engine, embedded.

use dynoxide::Database;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::TABLE;

/// An embedded engine behind HTTP, with the counter's table.
pub(crate) struct Engine {
    pub(crate) url: String,
    database: Database,
    /// Ends with it.
    _server: JoinSet<()>,
}

impl Engine {
    pub(crate) async fn start() -> Self {
        let database = Database::memory().unwrap();
        let table = json!({
            "TableName": TABLE,
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
            "BillingMode": "PAY_PER_REQUEST",
        });
        database
            .create_table(serde_json::from_value(table).unwrap())
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut server = JoinSet::new();
        server.spawn(dynoxide::server::serve_on(listener, database.clone()));
        Self {
            url,
            database,
            _server: server,
        }
    }

    /// Writes the item past the counter, with the attribute `visits` as DynamoDB's JSON has it, or
    /// without where it is null.
    pub(crate) fn store(&self, visits: &Value) {
        let mut item = json!({ "id": { "S": "site" } });
        if !visits.is_null() {
            item["visits"] = visits.clone();
        }
        let put = json!({ "TableName": TABLE, "Item": item });
        self.database
            .put_item(serde_json::from_value::<PutItemRequest>(put).unwrap())
            .unwrap();
    }

    /// The attribute `visits` as it is stored, null where there is none.
    pub(crate) fn stored(&self) -> Value {
        let get = json!({ "TableName": TABLE, "Key": { "id": { "S": "site" } } });
        let got = self
            .database
            .get_item(serde_json::from_value::<GetItemRequest>(get).unwrap())
            .unwrap();
        serde_json::to_value(got).unwrap()["Item"]["visits"].clone()
    }
}
