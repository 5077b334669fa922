//! Amazon DynamoDB: the dynoxide engine on a SQLite file, behind the local AWS endpoint.
//!
//! Deliberate differences from AWS: no capacity limits and no throttling (see the faults), index reads are
//! consistent, no streams (they make every write slower), never a `TransactionConflictException`, and deletion by TTL
//! does not happen by itself.

use std::path::Path;

use anyhow::{Context, anyhow};
use dynoxide::Database;
use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    config::{Key, KeyKind, Table},
    http::{Answer, Call, answer, set_header},
    meter::Counters,
    refusal::Refusal,
};

/// The engine on its own port, which only this process uses.
#[derive(Debug)]
pub(crate) struct DynamoDb {
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
    metered: bool,
    serving: JoinHandle<()>,
}

impl Drop for DynamoDb {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl DynamoDb {
    /// Opens the file, creates the tables that are missing, and serves.
    ///
    /// # Errors
    /// The file cannot be opened, or a table that is there has other keys.
    pub(crate) async fn start(
        folder: &Path,
        tables: &[Table],
        metered: bool,
    ) -> anyhow::Result<Self> {
        let path = folder.join("tables.db");
        let path = path
            .to_str()
            .ok_or_else(|| anyhow!("the state folder's path is not UTF-8"))?;
        let database = Database::new(path).with_context(|| format!("cannot open {path}"))?;
        // The way out of bulk loading leaves `synchronous` at NORMAL and all else at SQLite's defaults: commits
        // then survive a kill of the process without waiting for the disk each time.
        database.enable_bulk_loading()?;
        database.disable_bulk_loading()?;
        for table in tables {
            create(&database, table).with_context(|| format!("table {}", table.name))?;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let serving = tokio::spawn(dynoxide::server::serve_on(listener, database));
        Ok(Self {
            url,
            client,
            metered,
            serving,
        })
    }

    /// Passes a request on to the engine.
    pub(crate) async fn forward(
        &self,
        counters: &Counters,
        operation: &str,
        call: &Call,
        body: Bytes,
    ) -> Result<Answer, Refusal> {
        let unreachable = |error: String| {
            Refusal::with_status(
                500,
                "InternalServerError",
                format!("the local engine: {error}"),
            )
        };
        let (body, asked) = match self
            .metered
            .then(|| ask_for_units(operation, &body))
            .flatten()
        {
            Some(body) => (body, true),
            None => (body, false),
        };
        let mut request = Request::post(self.url.as_str());
        for name in PASSED_ON {
            if let Some(value) = call.headers.get(name) {
                request = request.header(name, value);
            }
        }
        let request = request
            .body(Full::new(body))
            .map_err(|error| unreachable(error.to_string()))?;
        let response = self
            .client
            .request(request)
            .await
            .map_err(|error| unreachable(error.to_string()))?;
        let (head, body) = response.into_parts();
        let body = body
            .collect()
            .await
            .map_err(|error| unreachable(error.to_string()))?
            .to_bytes();
        if !self.metered {
            return Ok(Answer::from_parts(head, Full::new(body)));
        }
        let body = count_units(counters, operation, &body, asked).unwrap_or(body);
        let content_type = head.headers.get(header::CONTENT_TYPE);
        let content_type = content_type
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let mut counted = answer(head.status.as_u16(), content_type, body);
        // Without the CRC: the body may have changed.
        if let Some(id) = head
            .headers
            .get("x-amzn-requestid")
            .and_then(|id| id.to_str().ok())
        {
            set_header(&mut counted, "x-amzn-requestid", id);
        }
        Ok(counted)
    }
}

/// The request with `ReturnConsumedCapacity`; `None` when it asks already or the operation has no such thing.
fn ask_for_units(operation: &str, body: &[u8]) -> Option<Bytes> {
    if !READS.contains(&operation) && !WRITES.contains(&operation) {
        return None;
    }
    let mut request: Value = serde_json::from_slice(body).ok()?;
    if request
        .get("ReturnConsumedCapacity")
        .is_some_and(|value| value != "NONE")
    {
        return None;
    }
    request
        .as_object_mut()?
        .insert("ReturnConsumedCapacity".into(), "INDEXES".into());
    Some(request.to_string().into())
}

/// Counts what the answer says was consumed; gives the answer without it when the client had not asked.
fn count_units(counters: &Counters, operation: &str, body: &[u8], asked: bool) -> Option<Bytes> {
    let mut answer: Value = serde_json::from_slice(body).ok()?;
    let is_read = READS.contains(&operation);
    let kind = answer["__type"].as_str().unwrap_or_default();
    let consumed = &answer["ConsumedCapacity"];
    match consumed {
        Value::Array(tables) => tables
            .iter()
            .for_each(|table| count_table(counters, operation, table)),
        Value::Object(_) => count_table(counters, operation, consumed),
        // A condition that failed costs a write, but its answer does not tell.
        Value::Null if kind.ends_with("ConditionalCheckFailedException") => {
            counters.units(format!("{operation} in vain"), is_read, 1.0);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    if !asked {
        return None;
    }
    answer.as_object_mut()?.remove("ConsumedCapacity")?;
    Some(answer.to_string().into())
}

/// Counts what one table consumed, each of its indexes apart.
fn count_table(counters: &Counters, operation: &str, consumed: &Value) {
    let is_read = READS.contains(&operation);
    let table = consumed["TableName"].as_str().unwrap_or_default();
    let mut own = consumed["CapacityUnits"].as_f64().unwrap_or_default();
    for (index, consumed) in consumed["GlobalSecondaryIndexes"]
        .as_object()
        .into_iter()
        .flatten()
    {
        let units = consumed["CapacityUnits"].as_f64().unwrap_or_default();
        own -= units;
        counters.units(format!("{operation} {table}/{index}"), is_read, units);
    }
    if own > 0.0 {
        counters.units(format!("{operation} {table}"), is_read, own);
    }
}

fn create(database: &Database, table: &Table) -> anyhow::Result<()> {
    let (partition, sort) = (&table.partition_key, table.sort_key.as_ref());
    let index = table.index.as_ref();
    let mut keys: Vec<&Key> = [partition].into_iter().chain(sort).collect();
    if let Some(index) = index {
        for key in [&index.partition_key].into_iter().chain(&index.sort_key) {
            if keys.iter().all(|known| known.name != key.name) {
                keys.push(key);
            }
        }
    }
    let attributes: Vec<_> = keys
        .iter()
        .map(|key| json!({"AttributeName": key.name, "AttributeType": letter(key.kind)}))
        .collect();
    let mut request = json!({
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes,
        "KeySchema": key_schema(partition, sort),
    });
    if let Some(index) = index {
        request["GlobalSecondaryIndexes"] = json!([{
            "IndexName": index.name,
            "KeySchema": key_schema(&index.partition_key, index.sort_key.as_ref()),
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }]);
    }
    let known = serde_json::from_value(json!({"TableName": table.name}))?;
    if let Ok(described) = database.describe_table(known) {
        let described = serde_json::to_value(&described)?;
        let has = &described["Table"]["KeySchema"];
        anyhow::ensure!(
            *has == request["KeySchema"],
            "it is there with other keys: {has}. Remove the state folder, or use another one"
        );
        return Ok(());
    }
    database.create_table(serde_json::from_value(request)?)?;
    Ok(())
}

fn key_schema(partition: &Key, sort: Option<&Key>) -> Value {
    let key = |key: &Key, kind| json!({"AttributeName": key.name, "KeyType": kind});
    let mut schema = vec![key(partition, "HASH")];
    schema.extend(sort.map(|sort| key(sort, "RANGE")));
    schema.into()
}

fn letter(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Text => "S",
        KeyKind::Number => "N",
    }
}

/// The headers that the engine looks at.
const PASSED_ON: [&str; 4] = [
    "content-type",
    "x-amz-target",
    "authorization",
    "x-amz-date",
];
const READS: [&str; 5] = [
    "GetItem",
    "BatchGetItem",
    "Query",
    "Scan",
    "TransactGetItems",
];
const WRITES: [&str; 5] = [
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "TransactWriteItems",
];
