//! What is to be changed in SES, so that a domain can be sent from.

use aws::{MailIdentity, Operator};

use super::DomainName;

/// One change in SES.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// SES is told of the domain.
    Create,
    /// Bounces go to this subdomain.
    MailFrom(String),
    /// Mails that name no configuration set get the stack's.
    ConfigurationSet,
}

/// Decides what is to be changed.
pub(crate) fn steps(
    domain: &DomainName,
    known: Option<&MailIdentity>,
    wish: Option<String>,
    set: &str,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let usual = format!("{MAIL_FROM}.{domain}");
    let Some(known) = known else {
        return vec![Step::Create, Step::MailFrom(wish.unwrap_or(usual))];
    };
    // What somebody has set is kept unless somebody wants it otherwise: other programs may send from there too.
    match (known.mail_from.as_ref(), wish) {
        (None, wish) => steps.push(Step::MailFrom(wish.unwrap_or(usual))),
        (Some(now), Some(wish)) if now.domain != wish => steps.push(Step::MailFrom(wish)),
        (Some(_), _) => (),
    }
    if known.configuration_set.is_none() && !set.is_empty() {
        steps.push(Step::ConfigurationSet);
    }
    steps
}

impl Step {
    /// Says what is going to be changed, and why so.
    pub(crate) fn says(&self, domain: &DomainName, operator: &Operator) -> String {
        let set = &operator.wiring().configuration_set;
        match self {
            Self::Create => format!(
                "the domain {domain} is added as an identity, signed by Easy DKIM with 2048 bits, with the \
                 configuration set {set}"
            ),
            // Rejecting would let one broken MX record stop every mail, though the signature still proves them.
            Self::MailFrom(mail_from) => format!(
                "bounces go to {mail_from}; while its records are missing SES uses a domain of its own, so that mail \
                 goes on and is still proven by its signature (USE_DEFAULT_VALUE)"
            ),
            Self::ConfigurationSet => format!(
                "mails from {domain} that name no configuration set get {set}, so that their bounces are heard of"
            ),
        }
    }

    /// Changes it.
    pub(crate) async fn take(
        &self,
        domain: &DomainName,
        operator: &Operator,
    ) -> anyhow::Result<()> {
        let set = &operator.wiring().configuration_set;
        let domain = domain.as_str();
        match self {
            Self::Create => operator.create_mail_identity(domain, set).await,
            Self::MailFrom(mail_from) => operator.set_mail_from(domain, mail_from).await,
            Self::ConfigurationSet => operator.set_configuration_set(domain, set).await,
        }
    }
}

/// The usual subdomain for bounces.
const MAIL_FROM: &str = "bounce";

#[cfg(test)]
mod tests {
    use aws::{MailFrom, MailIdentity};

    use super::{Step, steps};

    #[test]
    fn what_somebody_has_set_is_kept_unless_somebody_wants_it_otherwise() {
        let domain = "example.nl".parse().unwrap();
        let wish = |name: &str| Some(name.to_owned());
        let usual = Step::MailFrom("bounce.example.nl".to_owned());
        let other = Step::MailFrom("b.example.nl".to_owned());
        let made = steps(&domain, None, None, "set");
        assert_eq!(made, [Step::Create, usual.clone()]);
        let made = steps(&domain, None, wish("b.example.nl"), "set");
        assert_eq!(made, [Step::Create, other.clone()]);
        let bare = MailIdentity {
            verified: true,
            status: String::new(),
            error: None,
            dkim: aws::Dkim::default(),
            mail_from: None,
            configuration_set: None,
        };
        let needed = steps(&domain, Some(&bare), None, "set");
        assert_eq!(needed, [usual, Step::ConfigurationSet]);
        let set = MailIdentity {
            mail_from: Some(MailFrom {
                domain: "mine.example.nl".to_owned(),
                status: String::new(),
                rejects: true,
            }),
            configuration_set: Some("mine".to_owned()),
            ..bare
        };
        assert_eq!(steps(&domain, Some(&set), None, "set"), []);
        let changed = steps(&domain, Some(&set), wish("b.example.nl"), "set");
        assert_eq!(changed, [other]);
    }
}
