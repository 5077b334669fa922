//! SES's identities and account, asked by the SDK as an operator asks.

use aws_sdk_sesv2::types::{
    BehaviorOnMxFailure, DkimSigningAttributes, DkimSigningKeyLength, DkimStatus,
    MailFromDomainStatus, PricingPlan, SuppressionListReason, VerificationError,
};
use http_body_util::Full;
use hyper::Request;

use crate::world::{World, ask, code};

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_is_made_with_easy_dkim_and_keeps_what_is_set_for_it() {
    let world = World::with(|config| config.sending.verifies_at_once = false).await;
    let ses = &world.clients.ses;
    let signing = DkimSigningAttributes::builder()
        .next_signing_key_length(DkimSigningKeyLength::Rsa2048Bit)
        .build();
    let create = ses.create_email_identity().email_identity("Shop.Example");
    let create = create.dkim_signing_attributes(signing);
    let refused = create.clone().configuration_set_name("nobody").send().await;
    assert_eq!(code(refused), "NotFoundException");
    create
        .configuration_set_name("waypost")
        .send()
        .await
        .unwrap();
    let get = || {
        ses.get_email_identity()
            .email_identity("shop.example")
            .send()
    };
    let found = get().await.unwrap();
    assert_eq!(found.configuration_set_name(), Some("waypost"));
    let dkim = found.dkim_attributes().unwrap();
    assert_eq!(dkim.status(), Some(&DkimStatus::Pending));
    assert_eq!(dkim.tokens().len(), 3);
    assert_eq!(
        dkim.signing_hosted_zone(),
        Some("dkim.eu-west-1.amazonses.com")
    );
    assert_eq!(
        dkim.current_signing_key_length(),
        Some(&DkimSigningKeyLength::Rsa2048Bit)
    );
    let info = found.verification_info().unwrap();
    assert_eq!(info.error_type(), Some(&VerificationError::HostNotFound));
    assert_eq!(found.mail_from_attributes().unwrap().mail_from_domain(), "");

    let put = |domain: &str| {
        let put = ses.put_email_identity_mail_from_attributes();
        let put = put.email_identity("shop.example").mail_from_domain(domain);
        put.behavior_on_mx_failure(BehaviorOnMxFailure::RejectMessage)
            .send()
    };
    assert_eq!(
        code(put("bounce.other.example").await),
        "BadRequestException"
    );
    put("bounce.shop.example").await.unwrap();
    world.cloud.set_identity("shop.example", true).unwrap();
    let found = get().await.unwrap();
    let mail_from = found.mail_from_attributes().unwrap();
    assert_eq!(mail_from.mail_from_domain(), "bounce.shop.example");
    assert_eq!(
        mail_from.mail_from_domain_status(),
        &MailFromDomainStatus::Success
    );
    assert_eq!(
        mail_from.behavior_on_mx_failure(),
        &BehaviorOnMxFailure::RejectMessage
    );
    assert_eq!(found.configuration_set_name(), Some("waypost"));
    assert!(found.verified_for_sending_status());

    let take = ses.put_email_identity_configuration_set_attributes();
    take.email_identity("shop.example").send().await.unwrap();
    assert_eq!(get().await.unwrap().configuration_set_name(), None);
    let nobody = ses.put_email_identity_configuration_set_attributes();
    let nobody = nobody.email_identity("nobody.example").send().await;
    assert_eq!(code(nobody), "NotFoundException");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_says_what_a_knob_tells_it_to() {
    let world = World::new().await;
    let get = || world.clients.ses.get_account().send();
    let account = get().await.unwrap();
    assert!(account.production_access_enabled() && account.sending_enabled());
    let reasons = account
        .suppression_attributes()
        .unwrap()
        .suppressed_reasons();
    assert_eq!(
        reasons,
        [
            SuppressionListReason::Bounce,
            SuppressionListReason::Complaint
        ]
    );
    let plan = account.pricing_attributes().unwrap().current_plan();
    assert_eq!(plan, Some(&PricingPlan::None));

    let turn = async |knob: &str, body: &'static str| {
        let url = format!("{}/_local/{knob}", world.cloud.aws_endpoint());
        let request = Request::put(url).body(Full::from(body)).unwrap();
        assert_eq!(ask(request).await.unwrap().0, 200);
    };
    turn(
        "account",
        r#"{"ProductionAccessEnabled": false, "PricingAttributes": {"CurrentPlan": "ESSENTIALS"}}"#,
    )
    .await;
    turn("identities/pending.example", r#"{"verified": false}"#).await;
    let account = get().await.unwrap();
    assert!(!account.production_access_enabled() && account.sending_enabled());
    let plan = account.pricing_attributes().unwrap().current_plan();
    assert_eq!(plan, Some(&PricingPlan::Essentials));
    let pending = world
        .clients
        .ses
        .get_email_identity()
        .email_identity("pending.example");
    assert!(!pending.send().await.unwrap().verified_for_sending_status());
}
