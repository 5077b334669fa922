//! Why somebody was not let in or got no mail: in the same words wherever it is said.

use journey::Refusal;

/// Says why a journey did not let somebody in.
pub(crate) fn refused(reason: &str) -> &str {
    let known = Refusal::ALL.iter().find(|(word, _)| *word == reason);
    match known.map(|(_, refusal)| refusal) {
        Some(Refusal::After) => "the last time is not long enough ago",
        Some(Refusal::AtMost) => "they were in it as often as they may be",
        Some(Refusal::Never) => "they were in it before, and may never come again",
        Some(Refusal::Publish) => "it lets nobody in at that time",
        Some(Refusal::Single) => "they are in it already",
        None => match reason {
            "circle" => "journeys let them into one another again and again",
            "draining" => "it was paused, and let nobody in",
            "no journey" => "it is not published any more",
            "no trigger" => "it does not take those any more whom the other journey sends",
            other => other,
        },
    }
}

/// Says why somebody was not mailed, if that is what an outcome says.
pub(crate) fn unmailed(outcome: &str) -> Option<&'static str> {
    Some(match outcome {
        "confirmed" => "they have said yes already",
        "expired" => "it was too late for it",
        "keeps_bouncing" => "mails to their address have bounced for days",
        "opted_out" => "they opted out of its topic",
        "over_cap" => OVER_CAP,
        "quiet" => "they want none for a while",
        "suppressed" => "their address bounced or complained",
        "unconfirmed" => "they have not confirmed that they want its topic",
        "withheld" => "they are one of those who get none, to compare with",
        _ => return None,
    })
}

/// A cap is full, for now or for good.
pub(crate) const OVER_CAP: &str = "they have had as many as they may get";
