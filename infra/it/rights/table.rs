//! The one table of what each function may do.

use Resource::{
    Account, AddressKey, ConfigurationSet, DueIndex, Identity, Of, Schedules, SigningSecrets,
};

/// What both lanes of mails need, and more.
macro_rules! sending {
    ($($more:expr),*) => {
        &[
            (
                Of("Contacts"),
                &[
                    "dynamodb:BatchGetItem",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                    "dynamodb:UpdateItem",
                ],
            ),
            (Of("Enrollments"), &["dynamodb:GetItem", "dynamodb:PutItem"]),
            (Of("Releases"), &["dynamodb:GetItem"]),
            (
                Of("Sends"),
                &[
                    "dynamodb:BatchGetItem",
                    "dynamodb:PutItem",
                    "dynamodb:UpdateItem",
                ],
            ),
            (Of("Calls"), &["sqs:SendMessage"]),
            (Of("Moves"), &["sqs:SendMessage"]),
            (Of("Orders"), &["sqs:SendMessage"]),
            (Of("OrdersMarketing"), &["sqs:SendMessage"]),
            (Of("Reports"), &["sqs:GetQueueAttributes"]),
            (Identity, &["ses:SendEmail"]),
            (ConfigurationSet, &["ses:SendEmail"]),
            (Schedules, &["scheduler:CreateSchedule"]),
            (Of("ScheduleRole"), &["iam:PassRole"]),
            (AddressKey, &["ssm:GetParameter"]),
            $($more),*
        ]
    };
}

/// What the code of a function does: actions on a resource. What Lambda itself needs to log and to
/// read the function's queue, and its dead letters, come on top.
pub(crate) const RIGHTS: [(&str, &[Right]); 9] = [
    (
        "Intake",
        &[
            (
                Of("Contacts"),
                &["dynamodb:BatchGetItem", "dynamodb:GetItem"],
            ),
            (Of("Exceptions"), &["dynamodb:PutItem"]),
            (Of("Releases"), &["dynamodb:GetItem"]),
            (Of("Events"), &["sqs:SendMessage"]),
            (SigningSecrets, &["ssm:GetParameter"]),
        ],
    ),
    (
        "Resolve",
        &[
            (
                Of("Contacts"),
                &[
                    "dynamodb:BatchGetItem",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                    "dynamodb:Query",
                ],
            ),
            (
                Of("Enrollments"),
                &["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
            ),
            (
                Of("Exceptions"),
                &["dynamodb:BatchGetItem", "dynamodb:PutItem"],
            ),
            (Of("Releases"), &["dynamodb:GetItem"]),
            (Of("Events"), &["sqs:SendMessage"]),
            (Of("Calls"), &["sqs:SendMessage"]),
            (Of("Moves"), &["sqs:SendMessage"]),
            (Of("Orders"), &["sqs:SendMessage"]),
            (Of("OrdersMarketing"), &["sqs:SendMessage"]),
            (Schedules, &["scheduler:CreateSchedule"]),
            (Of("ScheduleRole"), &["iam:PassRole"]),
            (AddressKey, &["ssm:GetParameter"]),
        ],
    ),
    (
        "Advance",
        &[
            (
                Of("Contacts"),
                &[
                    "dynamodb:BatchGetItem",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                    "dynamodb:Query",
                ],
            ),
            (
                Of("Enrollments"),
                &[
                    "dynamodb:DeleteItem",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                    "dynamodb:Query",
                ],
            ),
            (
                Of("Exceptions"),
                &["dynamodb:BatchGetItem", "dynamodb:PutItem"],
            ),
            (Of("Releases"), &["dynamodb:GetItem"]),
            (Of("Calls"), &["sqs:SendMessage"]),
            (Of("Moves"), &["sqs:SendMessage"]),
            (Of("Orders"), &["sqs:SendMessage"]),
            (Of("OrdersMarketing"), &["sqs:SendMessage"]),
            (Schedules, &["scheduler:CreateSchedule"]),
            (Of("ScheduleRole"), &["iam:PassRole"]),
        ],
    ),
    (
        "Wake",
        &[
            (DueIndex, &["dynamodb:Query"]),
            (Of("Contacts"), &["dynamodb:Scan"]),
            (Of("Enrollments"), &["dynamodb:Scan"]),
            (Of("Sends"), &["dynamodb:Scan"]),
            (
                Of("Exceptions"),
                &[
                    "dynamodb:BatchGetItem",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                ],
            ),
            (Of("Releases"), &["dynamodb:GetItem"]),
            (Of("Moves"), &["sqs:GetQueueAttributes", "sqs:SendMessage"]),
            (Account, &["ses:GetAccount"]),
        ],
    ),
    ("Send", sending!()),
    ("SendMarketing", sending!((Account, &["ses:GetAccount"]))),
    (
        "Feedback",
        &[
            (Of("Contacts"), &["dynamodb:UpdateItem"]),
            (Of("Releases"), &["dynamodb:GetItem", "dynamodb:PutItem"]),
            (
                Of("Sends"),
                &["dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
            ),
            (Of("Calls"), &["sqs:SendMessage"]),
            (Of("Moves"), &["sqs:SendMessage"]),
            (AddressKey, &["ssm:GetParameter"]),
        ],
    ),
    (
        "Call",
        &[
            (
                Of("Contacts"),
                &[
                    "dynamodb:BatchGetItem",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                ],
            ),
            (Of("Enrollments"), &["dynamodb:GetItem", "dynamodb:PutItem"]),
            (Of("Releases"), &["dynamodb:GetItem"]),
            (Of("Calls"), &["sqs:SendMessage"]),
            (Of("Moves"), &["sqs:SendMessage"]),
            (Of("Orders"), &["sqs:SendMessage"]),
            (Of("OrdersMarketing"), &["sqs:SendMessage"]),
            (Schedules, &["scheduler:CreateSchedule"]),
            (Of("ScheduleRole"), &["iam:PassRole"]),
            (AddressKey, &["ssm:GetParameter"]),
        ],
    ),
    (
        "Preferences",
        &[
            (
                Of("Contacts"),
                &["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
            ),
            (Of("Releases"), &["dynamodb:GetItem"]),
            (Of("Sends"), &["dynamodb:UpdateItem"]),
            (Of("Moves"), &["sqs:SendMessage"]),
            (AddressKey, &["ssm:GetParameter"]),
        ],
    ),
];

/// A resource and actions on it.
pub(crate) type Right = (Resource, &'static [&'static str]);

/// Something in an account that an action is allowed on.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Resource {
    /// The whole account.
    Account,
    /// The parameter of the key under which addresses are hashed.
    AddressKey,
    /// SES's configuration set.
    ConfigurationSet,
    /// The index of who waits.
    DueIndex,
    /// The domain that mail is sent from.
    Identity,
    /// A resource of the template.
    Of(&'static str),
    /// The schedules that wake somebody.
    Schedules,
    /// The parameter of the signing secrets.
    SigningSecrets,
}

impl Resource {
    /// Returns how the template writes it, where a `!GetAtt X.Arn` is `${X.Arn}`.
    pub(crate) fn place(self) -> String {
        let arn = |service: &str, rest: &str| {
            format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}")
        };
        let parameter = |name: &str| {
            arn(
                "ssm",
                &format!("parameter/waypost/${{AWS::StackName}}/{name}"),
            )
        };
        match self {
            Self::Account => "*".to_owned(),
            Self::AddressKey => parameter("address-key"),
            Self::ConfigurationSet => arn("ses", "configuration-set/${ConfigurationSet}"),
            Self::DueIndex => "${Enrollments.Arn}/index/due".to_owned(),
            Self::Identity => arn("ses", "identity/${MailDomain}"),
            Self::Of(id) => format!("${{{id}.Arn}}"),
            Self::Schedules => arn("scheduler", "schedule/${ScheduleGroup}/wake-*"),
            Self::SigningSecrets => parameter("signing-secrets"),
        }
    }
}
