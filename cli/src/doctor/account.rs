//! The SES account: may it write to everybody, how much, at what price.

use aws::{MailAccount, Quota};

use super::Finding;

/// What is looked at here.
pub(crate) const CHECKS: [&str; 5] = [SANDBOX, SENDING, QUOTA, PLAN, SUPPRESSION];

/// Judges an account.
pub(crate) fn account(account: &MailAccount, region: &str) -> Vec<Finding> {
    vec![
        sandbox(account, region),
        sending(account),
        quota(account.quota),
        plan(account.plan.as_deref(), region),
        suppression(account, region),
    ]
}

fn sandbox(account: &MailAccount, region: &str) -> Finding {
    if account.production {
        return Finding::fine(SANDBOX, "out of the sandbox: it may write to everybody");
    }
    Finding::wrong(
        SANDBOX,
        "in the sandbox: it writes to verified addresses only, 200 a day at most",
        format!(
            "ask for production access in region {region}: the SES console, Account dashboard, or \
             `aws sesv2 put-account-details --production-access-enabled …`; AWS answers within a day"
        ),
    )
}

fn sending(account: &MailAccount) -> Finding {
    match (account.sending, account.enforcement.as_str()) {
        (false, status) => Finding::wrong(
            SENDING,
            format!("sending is switched off (the account is {status})"),
            "where AWS has paused it, answer the case in the AWS Support Center; else switch it on with \
             `aws sesv2 put-account-sending-attributes --sending-enabled`",
        ),
        (true, "HEALTHY") => Finding::fine(SENDING, "sending is on and the account is healthy"),
        (true, status) => Finding::wrong(
            SENDING,
            format!("sending is on, but AWS has put the account to {status}"),
            "too many bounces or complaints, as a rule: read the case in the AWS Support Center, and stop journeys \
             whose addresses are old",
        ),
    }
}

fn quota(quota: Option<Quota>) -> Finding {
    let Some(quota) = quota else {
        return Finding::unread(QUOTA, "SES does not say");
    };
    let Quota {
        a_day,
        a_second,
        used,
    } = quota;
    let Some(a_day) = a_day else {
        return Finding::fine(
            QUOTA,
            format!("{used:.0} mails in 24 hours, of any number; {a_second:.0} a second"),
        );
    };
    let percent = if a_day > 0.0 {
        used / a_day * 100.0
    } else {
        100.0
    };
    let says = format!(
        "{used:.0} of {a_day:.0} mails in 24 hours ({percent:.0} %); {a_second:.0} a second"
    );
    if percent > QUOTA_PERCENT_MAX {
        return Finding::wrong(
            QUOTA,
            says,
            "ask for more in the Service Quotas console, Amazon SES, before mails have to wait",
        );
    }
    Finding::fine(QUOTA, says)
}

fn plan(plan: Option<&str>, region: &str) -> Finding {
    match plan {
        None => Finding::unread(PLAN, "SES does not say which pricing plan there is"),
        Some("NONE") => Finding::fine(PLAN, "à la carte: 0.10 dollars for 1,000 mails"),
        Some("ESSENTIALS") => Finding::advice(
            PLAN,
            "Essentials: 0.16 dollars for 1,000 mails",
            format!(
                "à la carte costs 0.10, so 60 dollars less for a million mails: \
                 `aws sesv2 put-account-pricing-attributes --plan NONE --region {region}`, unless you use what \
                 Essentials has besides"
            ),
        ),
        Some(other) => Finding::advice(
            PLAN,
            format!("{other}: a monthly fee, and from 0.22 dollars for 1,000 mails"),
            format!(
                "Waypost uses nothing of it; à la carte has no fee and costs 0.10: \
                 `aws sesv2 put-account-pricing-attributes --plan NONE --region {region}`"
            ),
        ),
    }
}

fn suppression(account: &MailAccount, region: &str) -> Finding {
    let missing: Vec<_> = ["BOUNCE", "COMPLAINT"]
        .into_iter()
        .filter(|reason| !account.suppressed.iter().any(|known| known == reason))
        .collect();
    if missing.is_empty() {
        return Finding::fine(
            SUPPRESSION,
            "SES keeps addresses that bounced or complained from being written to again",
        );
    }
    Finding::advice(
        SUPPRESSION,
        format!(
            "SES's own suppression list leaves out: {}",
            missing.join(", ")
        ),
        format!(
            "the stack's own mails are protected by its configuration set; this protects the rest of the account: \
             `aws sesv2 put-account-suppression-attributes --suppressed-reasons BOUNCE COMPLAINT --region {region}`"
        ),
    )
}

const SANDBOX: &str = "sandbox";
const SENDING: &str = "sending";
const QUOTA: &str = "quota";
const PLAN: &str = "plan";
const SUPPRESSION: &str = "suppression";
/// As the alarm has it.
const QUOTA_PERCENT_MAX: f64 = 80.0;
