//! Faults on request, at the handle and over HTTP.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use http_body_util::Full;
use hyper::Request;
use local::{Fault, queue_url};
use serde_json::json;

use crate::world::{World, ask};

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_does_what_it_says_and_only_as_often_as_planned() {
    let world = World::new().await;
    let sqs = &world.clients.sqs;
    let refuse = Fault::Refuse {
        status: 429,
        code: "ThrottlingException".into(),
        message: "slower".into(),
    };
    let cases = [
        (refuse, "ThrottlingException", 0),
        (Fault::Fail, "InternalFailure", 0),
        (Fault::Drop, "no answer", 0),
        (Fault::LoseReply, "no answer", 1),
        (Fault::LieReply, "InternalFailure", 1),
        (Fault::Delay { ms: 1 }, "", 1),
        (Fault::Twice, "", 2),
    ];
    for (fault, expected, sent) in cases {
        world.cloud.faults().skip("SendMessage", 1);
        world.cloud.faults().add("SendMessage", 1, fault.clone());
        let send = || {
            sqs.send_message()
                .queue_url(queue_url("work"))
                .message_body("x")
                .send()
        };
        send().await.unwrap();
        let outcome = match send().await {
            Ok(_) => String::new(),
            Err(SdkError::ServiceError(error)) => error.err().code().unwrap_or_default().into(),
            Err(_) => "no answer".into(),
        };
        assert_eq!(outcome, expected, "{fault:?}");
        send().await.unwrap();
        assert_eq!(world.depth("work"), (2 + sent, 0, 0), "{fault:?}");
        assert_eq!(world.cloud.faults().left("SendMessage"), 0);
        sqs.purge_queue()
            .queue_url(queue_url("work"))
            .send()
            .await
            .unwrap();
    }
    assert_eq!(world.cloud.meter().requests["SendMessage"], 3 * 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_before_or_after_its_request_leaves_its_message_to_come_again() {
    for (fault, told) in [
        (
            Fault::KillBefore {
                function: "echo".into(),
            },
            1,
        ),
        (
            Fault::KillAfter {
                function: "echo".into(),
            },
            2,
        ),
    ] {
        let world = World::new().await;
        world
            .cloud
            .faults()
            .add("SendMessage", 1, Fault::Delay { ms: 0 });
        world.cloud.faults().add("SendMessage", 1, fault.clone());
        world.send("in", "hello").await;
        world.settle().await;
        assert_eq!(world.depth("in"), (0, 1, 0), "{fault:?}");
        world.pass(31).await;
        world.settle().await;
        assert_eq!(world.depth("in"), (0, 0, 0), "{fault:?}");
        assert_eq!(world.depth("out"), (told, 0, 0), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dynamodb_meets_its_faults_too() {
    let world = World::new().await;
    let code = "ProvisionedThroughputExceededException";
    let fault = Fault::Refuse {
        status: 400,
        code: code.into(),
        message: String::new(),
    };
    world.cloud.faults().add("DescribeTable", 1, fault);
    let describe = || {
        world
            .clients
            .dynamodb
            .describe_table()
            .table_name("things")
            .send()
    };
    assert_eq!(describe().await.unwrap_err().code(), Some(code));
    describe().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_knobs_turn_over_http_but_not_from_a_browser() {
    let world = World::new().await;
    let turn = async |method: &str, path: &str, body: &str, origin: Option<&str>| {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}/_local/{path}", world.cloud.aws_endpoint()));
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let (status, _, body) = ask(request.body(Full::from(body.to_owned())).unwrap())
            .await
            .unwrap();
        (
            status,
            serde_json::from_str::<serde_json::Value>(&body).unwrap(),
        )
    };
    let plan = r#"{"operation":"SendEmail","requests":2,"skip":1,"fault":{"kind":"lose_reply"}}"#;
    assert_eq!(turn("POST", "faults", plan, None).await, (200, json!({})));
    assert_eq!(world.cloud.faults().left("SendEmail"), 3);
    assert_eq!(
        turn("POST", "faults", plan, Some("https://evil.example"))
            .await
            .0,
        403
    );
    assert_eq!(turn("DELETE", "faults", "", None).await.0, 200);
    assert_eq!(world.cloud.faults().left("SendEmail"), 0);
    assert_eq!(
        turn("POST", "faults", r#"{"operation":"X"}"#, None).await.0,
        400
    );

    let before = world.cloud.now();
    assert_eq!(
        turn("POST", "clock", r#"{"seconds":3600}"#, None).await.0,
        200
    );
    assert!(world.cloud.now().duration_since(before).as_secs() >= 3600);
    assert_eq!(turn("POST", "functions/echo/kill", "", None).await.0, 200);
    assert_eq!(turn("POST", "functions/nobody/kill", "", None).await.0, 404);
    world.send("work", "x").await;
    let (_, queues) = turn("GET", "queues", "", None).await;
    assert_eq!(
        queues["work"],
        json!({"visible": 1, "in_flight": 0, "delayed": 0})
    );
    let (_, meter) = turn("GET", "meter", "", None).await;
    assert_eq!(meter["requests"]["SendMessage"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn cpu_time_is_counted_for_the_functions_that_live_and_those_that_ended() {
    let world = World::new().await;
    crate::world::invoke(world.cloud.aws_endpoint(), "echo", &json!(1)).await;
    let Some(before) = world.cloud.meter().functions_cpu else {
        return;
    };
    world.cloud.kill_function("echo");
    crate::world::invoke(world.cloud.aws_endpoint(), "echo", &json!(1)).await;
    let meter = world.cloud.meter();
    assert!(meter.functions_cpu.unwrap() >= before);
    assert_eq!(meter.invocations["echo"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_can_be_delivered_twice_or_its_end_be_lost() {
    for (fault, told, in_flight) in [
        (Fault::Twice, 2, 0),
        (Fault::LoseReply, 1, 1),
        (
            Fault::KillAfter {
                function: "echo".into(),
            },
            1,
            1,
        ),
        (Fault::Fail, 0, 1),
    ] {
        let world = World::new().await;
        world.cloud.faults().add("Invoke echo", 1, fault.clone());
        world.send("in", "hello").await;
        world.settle().await;
        assert_eq!(world.depth("in"), (0, in_flight, 0), "{fault:?}");
        assert_eq!(world.depth("out"), (told, 0, 0), "{fault:?}");
        world.pass(31).await;
        world.settle().await;
        assert_eq!(world.depth("in"), (0, 0, 0), "{fault:?}");
        assert_eq!(world.depth("out"), (told + in_flight, 0, 0), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_aws_does_by_itself_is_counted_like_a_request() {
    let world = World::new().await;
    world.send("in", "mail ann@example.org").await;
    world.settle().await;
    let requests = world.cloud.meter().requests;
    let counted: Vec<_> = requests
        .iter()
        .map(|(name, count)| (name.as_str(), *count))
        .collect();
    assert_eq!(
        counted,
        [
            ("DeleteMessageBatch", 1),
            ("Publish", 2),
            ("ReceiveMessage", 1),
            ("SendEmail", 1),
            ("SendMessage", 1),
        ]
    );
}
