//! SSM's Parameter Store: what is put there is there, also after a kill, and secrets are shown to those who ask.

use aws_sdk_ssm::types::{Parameter, ParameterType};
use tempfile::TempDir;

use crate::{
    host::Host,
    world::{Clients, World, code},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_is_put_replaced_and_deleted() {
    let world = World::new().await;
    let ssm = &world.clients.ssm;
    assert_eq!(code(get(&world.clients, "/a/b").await), "ParameterNotFound");
    let put = |value: &str| ssm.put_parameter().name("/a/b").value(value);
    let first = put("one")
        .r#type(ParameterType::String)
        .send()
        .await
        .unwrap();
    assert_eq!(first.version(), 1);
    let again = put("two").r#type(ParameterType::String).send().await;
    assert_eq!(code(again), "ParameterAlreadyExists");
    // Once it is there, its type need not be said again, and cannot be changed.
    let second = put("two").overwrite(true).send().await.unwrap();
    assert_eq!(second.version(), 2);
    let secure = put("three")
        .overwrite(true)
        .r#type(ParameterType::SecureString);
    assert_eq!(code(secure.send().await), "HierarchyTypeMismatchException");
    let got = get(&world.clients, "/a/b").await.unwrap();
    assert_eq!((got.value(), got.version()), (Some("two"), 2));
    assert_eq!(
        got.arn(),
        Some("arn:aws:ssm:eu-west-1:000000000000:parameter/a/b")
    );
    assert!(got.last_modified_date().is_some());
    assert_eq!(
        get(&world.clients, "/a/b:2").await.unwrap().value(),
        Some("two")
    );
    let older = get(&world.clients, "/a/b:1").await;
    assert_eq!(code(older), "ParameterVersionNotFound");
    ssm.delete_parameter().name("/a/b").send().await.unwrap();
    let gone = ssm.delete_parameter().name("/a/b").send().await;
    assert_eq!(code(gone), "ParameterNotFound");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_to_those_who_ask_for_it_only() {
    let world = World::new().await;
    put(
        &world.clients,
        "/a/secret",
        "whsec_x",
        ParameterType::SecureString,
    )
    .await;
    let ssm = &world.clients.ssm;
    let hidden = ssm.get_parameter().name("/a/secret").send().await.unwrap();
    let hidden = hidden.parameter.unwrap();
    assert_eq!(hidden.r#type(), Some(&ParameterType::SecureString));
    assert!(!hidden.value().unwrap().contains("whsec_x"));
    let shown = get(&world.clients, "/a/secret").await.unwrap();
    assert_eq!(shown.value(), Some("whsec_x"));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_are_read_at_once_by_name_or_below_a_path() {
    let world = World::new().await;
    for name in ["/a/b", "/a/c", "/a/d/e", "/ab/f", "plain"] {
        put(&world.clients, name, name, ParameterType::String).await;
    }
    let ssm = &world.clients.ssm;
    let got = ssm
        .get_parameters()
        .names("/a/c")
        .names("nobody")
        .names("plain");
    let got = got.send().await.unwrap();
    assert_eq!(values(got.parameters()), ["/a/c", "plain"]);
    assert_eq!(got.invalid_parameters(), ["nobody"]);

    let below = |path: &str| ssm.get_parameters_by_path().path(path);
    let flat = below("/a").send().await.unwrap();
    assert_eq!(values(flat.parameters()), ["/a/b", "/a/c"]);
    assert_eq!(flat.next_token(), None);
    let deep = below("/a/").recursive(true).max_results(2);
    let deep = deep.send().await.unwrap();
    assert_eq!(values(deep.parameters()), ["/a/b", "/a/c"]);
    let token = deep.next_token().unwrap();
    let rest = below("/a").recursive(true).next_token(token);
    let rest = rest.send().await.unwrap();
    assert_eq!(values(rest.parameters()), ["/a/d/e"]);
    assert_eq!(rest.next_token(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ssm_refuses_is_refused_with_its_code() {
    let world = World::new().await;
    let ssm = &world.clients.ssm;
    let large = "x".repeat(4097);
    let deep = "/a".repeat(16);
    let put = |name: &str, value: &str| ssm.put_parameter().name(name).value(value);
    for (name, value, expected) in [
        ("a/b", "x", "ValidationException"),
        ("/a b", "x", "ValidationException"),
        ("/a/", "x", "ValidationException"),
        ("/aws/a", "x", "ValidationException"),
        ("SSM-a", "x", "ValidationException"),
        ("/a", "", "ValidationException"),
        ("/a", large.as_str(), "ValidationException"),
        (deep.as_str(), "x", "HierarchyLevelLimitExceededException"),
    ] {
        let refused = put(name, value).r#type(ParameterType::String).send().await;
        assert_eq!(code(refused), expected, "{name}");
    }
    assert_eq!(code(put("/a", "x").send().await), "ValidationException");
    let list = put("/a", "x")
        .r#type(ParameterType::StringList)
        .send()
        .await;
    assert_eq!(code(list), "ValidationException");
    let eleven = ssm
        .get_parameters()
        .set_names(Some(vec!["a".to_owned(); 11]));
    assert_eq!(code(eleven.send().await), "ValidationException");
    let below = || ssm.get_parameters_by_path();
    assert_eq!(code(below().path("a").send().await), "ValidationException");
    let many = below().path("/a").max_results(11).send().await;
    assert_eq!(code(many), "ValidationException");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declared_parameter_is_there_from_the_start_and_follows_its_declaration() {
    let declared = |value: &str| local::Parameter {
        name: "/waypost/laptop/secret".to_owned(),
        value: value.to_owned(),
        secure: true,
    };
    let world = World::with(|config| config.parameters = vec![declared("one")]).await;
    let found = || async { get(&world.clients, "/waypost/laptop/secret").await.unwrap() };
    assert_eq!(found().await.value(), Some("one"));
    world.cloud.put_parameter(&declared("two")).unwrap();
    assert_eq!(found().await.version(), 2);
    // Put again as it is, it is no new version.
    world.cloud.put_parameter(&declared("two")).unwrap();
    let found = found().await;
    assert_eq!((found.value(), found.version()), (Some("two"), 2));
    assert_eq!(found.r#type(), Some(&ParameterType::SecureString));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_cloud_loses_no_parameter() {
    let folder = TempDir::new().unwrap();
    let host = Host::start(folder.path()).await;
    let clients = Clients::of(&host.endpoint).await;
    for number in 0..20 {
        let name = format!("/kept/{number}");
        put(&clients, &name, &name, ParameterType::SecureString).await;
    }
    host.kill();
    let host = Host::start(folder.path()).await;
    let clients = Clients::of(&host.endpoint).await;
    for number in 0..20 {
        let name = format!("/kept/{number}");
        assert_eq!(
            get(&clients, &name).await.unwrap().value(),
            Some(name.as_str())
        );
    }
    host.kill();
}

type Refused =
    aws_sdk_ssm::error::SdkError<aws_sdk_ssm::operation::get_parameter::GetParameterError>;

async fn get(clients: &Clients, name: &str) -> Result<Parameter, Refused> {
    let get = clients.ssm.get_parameter().name(name).with_decryption(true);
    Ok(get.send().await?.parameter.unwrap())
}

async fn put(clients: &Clients, name: &str, value: &str, kind: ParameterType) {
    let put = clients.ssm.put_parameter().name(name).value(value);
    put.r#type(kind).send().await.unwrap();
}

fn values(parameters: &[Parameter]) -> Vec<&str> {
    let values = parameters.iter().filter_map(Parameter::value);
    values.collect()
}
