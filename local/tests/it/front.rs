//! The front: events in API Gateway's format, answers, limits, the inbox.

use expect_test::expect;
use http_body_util::Full;
use hyper::Request;
use local::Throttle;
use serde_json::{Value, json};

use crate::world::{World, ask};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_becomes_an_event_in_payload_format_2() {
    let world = World::new().await;
    let request = Request::post(format!("{}/echo?a=1&a=2&b=x%20y&c", world.cloud.url()))
        .header("content-type", "application/json; charset=utf-8")
        .header("X-Twice", "one")
        .header("X-Twice", "two")
        .header("cookie", "k=v; l=w")
        .header("user-agent", "test")
        .body(Full::from(r#"{"ä":1}"#))
        .unwrap();
    let (status, kind, body) = ask(request).await.unwrap();
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    let mut event: Value = serde_json::from_str(&body).unwrap();
    for moving in ["domainName", "requestId", "time", "timeEpoch"] {
        let was = event["requestContext"][moving].take();
        assert!(!was.is_null(), "{moving}");
    }
    assert!(event["headers"]["host"].take().is_string());
    expect![[r#"
        {
          "body": "{\"ä\":1}",
          "cookies": [
            "k=v",
            "l=w"
          ],
          "headers": {
            "content-length": "8",
            "content-type": "application/json; charset=utf-8",
            "host": null,
            "user-agent": "test",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-proto": "http",
            "x-twice": "one,two"
          },
          "isBase64Encoded": false,
          "queryStringParameters": {
            "a": "1,2",
            "b": "x y",
            "c": ""
          },
          "rawPath": "/echo",
          "rawQueryString": "a=1&a=2&b=x%20y&c",
          "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": null,
            "domainPrefix": "local",
            "http": {
              "method": "POST",
              "path": "/echo",
              "protocol": "HTTP/1.1",
              "sourceIp": "127.0.0.1",
              "userAgent": "test"
            },
            "requestId": null,
            "routeKey": "POST /echo",
            "stage": "$default",
            "time": null,
            "timeEpoch": null
          },
          "routeKey": "POST /echo",
          "version": "2.0"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&event).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_and_bytes_that_are_no_text_come_in_base64() {
    let world = World::new().await;
    let post = async |kind: &'static str, body: Vec<u8>| {
        let request = Request::post(format!("{}/echo", world.cloud.url()));
        let request = request
            .header("content-type", kind)
            .body(Full::from(body))
            .unwrap();
        let (_, _, body) = ask(request).await.unwrap();
        let event: Value = serde_json::from_str(&body).unwrap();
        (event["body"].clone(), event["isBase64Encoded"] == true)
    };
    let form = post("application/x-www-form-urlencoded", b"a=b".to_vec()).await;
    assert_eq!(form, (json!("YT1i"), true));
    assert_eq!(
        post("application/json", vec![0xff]).await,
        (json!("/w=="), true)
    );
    assert_eq!(
        post("application/problem+json", b"{}".to_vec()).await,
        (json!("{}"), false)
    );
    assert_eq!(post("text/plain", b"x".to_vec()).await, (json!("x"), false));
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_are_matched_with_their_parameters() {
    let world = World::new().await;
    let parameters = async |method: &str, path: &str| {
        let (status, _, body) = world.ask(method, path, "").await;
        let event: Value = serde_json::from_str(&body).unwrap();
        (status, event["pathParameters"].clone())
    };
    assert_eq!(
        parameters("GET", "/u/a%2Fb").await,
        (200, json!({"token": "a/b"}))
    );
    assert_eq!(
        parameters("POST", "/u/x").await,
        (200, json!({"token": "x"}))
    );
    assert_eq!(
        parameters("GET", "/all/a/b/c").await,
        (200, json!({"rest": "a/b/c"}))
    );
    for (method, path) in [
        ("GET", "/u"),
        ("GET", "/u/"),
        ("GET", "/u/a/b"),
        ("GET", "/all/"),
        ("POST", "/all/a"),
        ("GET", "/echo"),
        ("POST", "/inbox"),
        ("GET", "/"),
    ] {
        let (status, kind, body) = world.ask(method, path, "").await;
        assert_eq!(
            (status, kind.as_str()),
            (404, "application/json"),
            "{method} {path}"
        );
        assert_eq!(body, r#"{"message":"Not Found"}"#);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_becomes_an_answer_and_a_failure_a_500() {
    let world = World::new().await;
    let (status, _, body) = world.ask("POST", "/echo?fail", "").await;
    assert_eq!(
        (status, body.as_str()),
        (500, r#"{"message":"Internal Server Error"}"#)
    );
    let (status, _, body) = world.ask("POST", "/echo?nonsense", "").await;
    assert_eq!(
        (status, body.as_str()),
        (500, r#"{"message":"Internal Server Error"}"#)
    );
    let (status, kind, body) = world.ask("POST", "/echo?bare", "").await;
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    assert_eq!(body, r#"{"just":"this"}"#);
    let (status, kind, body) = world.ask("POST", "/echo?binary", "").await;
    assert_eq!(
        (status, kind.as_str(), body.as_str()),
        (201, "image/gif", "GIF")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_at_once_and_too_much_in_one_are_refused() {
    let world = World::with(|config| {
        config.throttle = Throttle {
            per_second: 1,
            burst: 2,
        }
    })
    .await;
    let (status, _, body) = world
        .ask("POST", "/echo", &"x".repeat(10 * 1024 * 1024 + 1))
        .await;
    assert_eq!(
        (status, body.as_str()),
        (413, r#"{"message":"Request Entity Too Large"}"#)
    );
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(world.ask("POST", "/echo", "").await.0);
    }
    assert_eq!(
        statuses.iter().filter(|status| **status == 429).count(),
        2,
        "{statuses:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_lists_mails_and_its_page_runs_no_script_but_its_own() {
    let world = World::new().await;
    world.send("in", "mail ann@example.org").await;
    world.settle().await;
    world
        .send("in", "mail bounce@simulator.amazonses.com")
        .await;
    world.settle().await;
    let (status, kind, body) = world.ask("GET", "/inbox.json", "").await;
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    let mut mails: Vec<Value> = serde_json::from_str(&body).unwrap();
    let ids: Vec<_> = world
        .cloud
        .mails()
        .unwrap()
        .into_iter()
        .map(|mail| mail.id)
        .collect();
    for (mail, id) in mails.iter_mut().zip(&ids) {
        assert_eq!(mail["id"].take(), **id);
        assert!(
            mail["at"]
                .take()
                .as_str()
                .unwrap()
                .parse::<jiff::Timestamp>()
                .is_ok()
        );
    }
    assert_eq!(
        mails[1]["outcomes"],
        json!({"bounce@simulator.amazonses.com": "bounced"})
    );
    expect![[r#"
        {
          "at": null,
          "from": "news@mail.example.com",
          "headers": {
            "Content-Type": "text/plain; charset=UTF-8",
            "From": "news@mail.example.com",
            "MIME-Version": "1.0",
            "Subject": "Hello",
            "To": "ann@example.org"
          },
          "html": null,
          "id": null,
          "outcomes": {
            "ann@example.org": "delivered"
          },
          "subject": "Hello",
          "tags": {},
          "text": "Hello.",
          "to": "ann@example.org"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&mails[0]).unwrap());
    let (_, _, body) = world.ask("GET", "/inbox.json?last=1", "").await;
    let last: Vec<Value> = serde_json::from_str(&body).unwrap();
    assert_eq!(last.len(), 1);
    assert_eq!(last[0]["id"], *ids[1]);

    let (status, kind, page) = world.ask("GET", "/inbox", "").await;
    assert_eq!((status, kind.as_str()), (200, "text/html; charset=utf-8"));
    assert!(page.contains("<script nonce=\"") && !page.contains("<script>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named() {
    let world = World::new().await;
    let port = world
        .cloud
        .url()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut config = crate::world::config(folder.path());
    config.port = port;
    let error = format!("{:#}", local::Cloud::start(config).await.unwrap_err());
    assert!(
        error.starts_with(&format!("cannot listen on 127.0.0.1:{port}")),
        "{error}"
    );
}
