//! Says in words who an audience is.

use journey::Audience;

use crate::words;

/// Says who gets a mail: `everyone in the role SOT`.
pub(crate) fn everyone(audience: Option<&Audience>) -> String {
    match audience {
        None => "each person whom the event names".to_owned(),
        Some(audience) => format!("everyone {}", who(audience)),
    }
}

fn who(audience: &Audience) -> String {
    match audience {
        Audience::Address { param } => format!("whose address is in {param}"),
        Audience::AllOf(parts) => words::list(parts.iter().map(nested), "and"),
        Audience::AnyOf(parts) => words::list(parts.iter().map(nested), "or"),
        Audience::List(list) => format!("on the list {list}"),
        Audience::Not(part) => format!("not {}", nested(part)),
        Audience::Role {
            role,
            linked,
            standing,
        } => {
            let role = match role {
                Some(role) => format!("the role {role}"),
                None => "any role".to_owned(),
            };
            let held = match (linked, standing) {
                (false, false) => "in",
                (true, false) => "already linked in",
                (false, true) => "in or always holding",
                (true, true) => "already linked in or always holding",
            };
            format!("{held} {role}")
        }
        Audience::Tag(tag) => format!("tagged {tag}"),
        Audience::Where(condition) => format!("for whom `{}`", condition.as_str()),
    }
}

/// Says who a part of an audience is, in brackets where it would else be misread.
fn nested(audience: &Audience) -> String {
    match audience {
        Audience::AllOf(parts) | Audience::AnyOf(parts) if parts.len() > 1 => {
            format!("({})", who(audience))
        }
        Audience::Address { .. }
        | Audience::AllOf(_)
        | Audience::AnyOf(_)
        | Audience::List(_)
        | Audience::Not(_)
        | Audience::Role { .. }
        | Audience::Tag(_)
        | Audience::Where(_) => who(audience),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use journey::Audience;

    use super::everyone;

    #[test]
    fn audiences_are_said_in_words() {
        let role = |role: Option<&str>, linked, standing| Audience::Role {
            role: role.map(str::to_owned),
            linked,
            standing,
        };
        let address = Audience::Address {
            param: "Request.Email".to_owned(),
        };
        let audiences = [
            role(Some("SOT"), false, false),
            role(Some("COMMITTEE"), false, true),
            Audience::AllOf(vec![address, role(None, true, false)]),
            Audience::AnyOf(vec![
                role(Some("COPA"), false, false),
                Audience::AllOf(vec![
                    role(Some("SOT"), false, false),
                    Audience::Not(Box::new(Audience::Tag("away".to_owned()))),
                ]),
            ]),
        ];
        let mut said: Vec<_> = audiences.iter().map(|one| everyone(Some(one))).collect();
        said.push(everyone(None));
        expect![[r#"
            everyone in the role SOT
            everyone in or always holding the role COMMITTEE
            everyone whose address is in Request.Email and already linked in any role
            everyone in the role COPA or (in the role SOT and not tagged away)
            each person whom the event names"#]]
        .assert_eq(&said.join("\n"));
    }
}
