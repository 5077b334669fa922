//! A function on the real Lambda runtime, for the tests: it says what it was told, or fails as it is told.

use std::{io::Write, process, time::Duration};

use aws_config::BehaviorVersion;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

/// A process of the function; the cloud starts it with `--ignored`.
#[ignore = "a process that other tests start"]
#[tokio::test]
async fn process() {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let sqs = aws_sdk_sqs::Client::new(&config);
    let ses = aws_sdk_sesv2::Client::new(&config);
    let handler = service_fn(|event: LambdaEvent<Value>| {
        let echo = Echo {
            sqs: sqs.clone(),
            ses: ses.clone(),
        };
        async move { echo.handle(event).await }
    });
    lambda_runtime::run(handler).await.unwrap();
}

struct Echo {
    sqs: aws_sdk_sqs::Client,
    ses: aws_sdk_sesv2::Client,
}

impl Echo {
    async fn handle(&self, event: LambdaEvent<Value>) -> Result<Value, Error> {
        let payload = event.payload;
        if let Some(records) = payload["Records"].as_array() {
            return self.batch(records).await;
        }
        if payload["version"] == "2.0" {
            return http(&payload);
        }
        match payload["do"].as_str() {
            Some("tell") => {
                self.tell(payload["text"].as_str().unwrap_or_default())
                    .await?;
                Ok(json!("told"))
            }
            Some(what) => obey(what).await,
            None => Ok(payload),
        }
    }

    async fn batch(&self, records: &[Value]) -> Result<Value, Error> {
        let mut failures = Vec::new();
        for record in records {
            match record["body"].as_str().unwrap_or_default() {
                "fail this" => failures.push(json!({"itemIdentifier": record["messageId"]})),
                "name a stranger" => failures.push(json!({"itemIdentifier": "a-stranger"})),
                "name nobody" => failures.push(json!({"itemIdentifier": ""})),
                "how many" => self.tell(&records.len().to_string()).await?,
                mail if mail.starts_with("mail ") => self.mail(&mail[5..]).await?,
                other => match obey(other).await {
                    Ok(_) => self.tell(other).await?,
                    Err(error) => return Err(error),
                },
            }
        }
        Ok(json!({"batchItemFailures": failures}))
    }

    async fn tell(&self, text: &str) -> Result<(), Error> {
        let sending = self.sqs.send_message().queue_url(local::queue_url("out"));
        sending.message_body(text).send().await?;
        Ok(())
    }

    async fn mail(&self, to: &str) -> Result<(), Error> {
        use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
        let content = |text: &str| Content::builder().data(text).build();
        let body = Body::builder().text(content("Hello.")?).build();
        let message = Message::builder()
            .subject(content("Hello")?)
            .body(body)
            .build();
        self.ses
            .send_email()
            .from_email_address("news@mail.example.com")
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().simple(message).build())
            .configuration_set_name("waypost")
            .send()
            .await?;
        Ok(())
    }
}

async fn obey(what: &str) -> Result<Value, Error> {
    match what {
        "fail" => Err("it was told to fail".into()),
        "panic" => panic!("it was told to panic"),
        "die" => {
            // Straight to the stream: the test harness would keep what is printed.
            let _ = std::io::stderr().write_all(b"these are its last words\n");
            process::exit(3)
        }
        "hang" => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            Ok(Value::Null)
        }
        "swell" => Ok("x".repeat(7 * 1024 * 1024).into()),
        "pid" => Ok(process::id().into()),
        "env" => Ok(env("GREETING").into()),
        "home" => Ok(env("HOME").into()),
        "offset" => Ok(env("WAYPOST_CLOCK_OFFSET_SECONDS").into()),
        _ => Ok(Value::Null),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the process tells what environment it got"
)]
fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn http(event: &Value) -> Result<Value, Error> {
    match event["rawQueryString"].as_str() {
        Some("fail") => Err("it was told to fail".into()),
        Some("nonsense") => Ok(json!({"statusCode": "many"})),
        Some("bare") => Ok(json!({"just": "this"})),
        Some("binary") => Ok(json!({
            "statusCode": 201,
            "headers": {"Content-Type": "image/gif", "X-More": 1},
            "cookies": ["a=b; HttpOnly"],
            "body": "R0lG",
            "isBase64Encoded": true,
        })),
        _ => Ok(json!({
            "statusCode": 200,
            "headers": {"content-type": "application/json"},
            "body": event.to_string(),
        })),
    }
}
