//! All functions in one program: which of them it is, Lambda says by the name of its handler.
//!
//! One program is built, uploaded and kept warm once; two functions may even be the same part of it.

use std::fmt;

use lambda::Error;

/// A function.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Function {
    /// Checks a post, keeps it, answers 202.
    Intake,
    /// Turns an event into contacts and enrollments.
    Resolve,
    /// Moves enrollments on.
    Advance,
    /// Finds those whose moment has come.
    Wake,
    /// Makes mails and hands them to SES.
    Send,
    /// Learns what became of mails.
    Feedback,
    /// Posts to other systems.
    Call,
    /// Shows recipients the page on which they choose.
    Preferences,
}

impl Function {
    /// Every function.
    pub const ALL: [Self; 8] = [
        Self::Intake,
        Self::Resolve,
        Self::Advance,
        Self::Wake,
        Self::Send,
        Self::Feedback,
        Self::Call,
        Self::Preferences,
    ];

    /// Returns its name: the handler in the template.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Resolve => "resolve",
            Self::Advance => "advance",
            Self::Wake => "wake",
            Self::Send => "send",
            Self::Feedback => "feedback",
            Self::Call => "call",
            Self::Preferences => "preferences",
        }
    }

    /// Finds a function by its name.
    ///
    /// # Errors
    ///
    /// Names those that there are.
    pub fn find(name: &str) -> Result<Self, UnknownFunction> {
        let mut all = Self::ALL.into_iter();
        let found = all.find(|function| function.name() == name);
        found.ok_or_else(|| UnknownFunction(name.to_owned()))
    }

    /// Runs it until its runtime is gone.
    ///
    /// # Errors
    ///
    /// Names every setting that is missing.
    pub async fn run(self) -> Result<(), Error> {
        match self {
            Self::Intake => intake::run().await,
            Self::Resolve => resolve::run().await,
            Self::Advance => advance::run().await,
            Self::Wake => wake::run().await,
            Self::Send => send::run().await,
            Self::Feedback => feedback::run().await,
            Self::Call => call::run().await,
            Self::Preferences => preferences::run().await,
        }
    }
}

/// Runs the function that Lambda asks for, until its runtime is gone.
///
/// # Errors
///
/// Fails where no function has the name, or one that has lacks a setting.
pub async fn run() -> Result<(), Error> {
    let handler = lambda::handler().unwrap_or_default();
    // What `main` returns is printed for developers; a text is printed as it is.
    let found = Function::find(&handler).map_err(|unknown| unknown.to_string())?;
    found.run().await
}

/// There is no function of this name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownFunction(String);

impl fmt::Display for UnknownFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Function::ALL.map(Function::name).join(", ");
        let Self(name) = self;
        if name.is_empty() {
            write!(
                f,
                "no function is named: the handler (_HANDLER) must be one of {names}"
            )
        } else {
            write!(
                f,
                "there is no function `{name}`: the handler (_HANDLER) must be one of {names}"
            )
        }
    }
}

impl std::error::Error for UnknownFunction {}

#[cfg(test)]
mod tests {
    use super::Function;

    #[test]
    fn every_function_is_found_by_its_name() {
        for function in Function::ALL {
            assert_eq!(Function::find(function.name()), Ok(function));
        }
    }

    #[test]
    fn a_handler_that_is_none_is_told_which_there_are() {
        let error = Function::find("bootstrap").unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no function `bootstrap`: the handler (_HANDLER) must be one of intake, resolve, advance, wake, \
             send, feedback, call, preferences"
        );
        let error = Function::find("").unwrap_err().to_string();
        assert!(error.starts_with("no function is named"), "{error}");
    }
}
