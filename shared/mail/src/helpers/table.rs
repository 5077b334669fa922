//! The table of helpers: what each takes, what comes of it, and what runs.

use journey::Kind;

use super::{Accepts, Argument, Gives, Helper, Run, block, date, logic, number, paragraphs, url};

/// What templates may call, in alphabetical order.
pub const HELPERS: &[Helper] = &[
    Helper {
        name: "and",
        arguments: &[TEST, TEST],
        gives: Gives::Bool,
        run: Run::Value(logic::and),
    },
    Helper {
        name: "date",
        arguments: &[
            Argument::value("a date or a moment", &[Kind::Date, Kind::DateTime]),
            Argument::word("the style", date::STYLES).or_nothing(),
        ],
        gives: Gives::Text,
        run: Run::Value(date::date),
    },
    Helper {
        name: "default",
        arguments: &[
            Argument::anything("a value").may_be_absent(),
            Argument::anything("a value"),
        ],
        gives: Gives::First,
        run: Run::Value(logic::default),
    },
    Helper {
        name: "each",
        arguments: &[Argument::value("a list", &[Kind::List]).may_be_absent()],
        gives: Gives::Block,
        run: Run::Block(block::each),
    },
    Helper {
        name: "eq",
        arguments: &[
            Argument::anything("a value").may_be_absent(),
            Argument::anything("a value").may_be_absent(),
        ],
        gives: Gives::Bool,
        run: Run::Value(logic::eq),
    },
    Helper {
        name: "has",
        arguments: &[Argument::anything("a value").may_be_absent()],
        gives: Gives::Bool,
        run: Run::Value(logic::has),
    },
    Helper {
        name: "if",
        arguments: &[TEST],
        gives: Gives::Block,
        run: Run::Block(block::when),
    },
    Helper {
        name: "money",
        arguments: &[
            Argument::value("an amount", &[Kind::Number]),
            Argument {
                accepts: Accepts::Currency,
                ..Argument::anything("a currency")
            },
        ],
        gives: Gives::Text,
        run: Run::Value(number::money),
    },
    Helper {
        name: "not",
        arguments: &[TEST],
        gives: Gives::Bool,
        run: Run::Value(logic::not),
    },
    Helper {
        name: "number",
        arguments: &[
            Argument::value("a number", &[Kind::Number]),
            Argument {
                accepts: Accepts::Decimals,
                ..Argument::anything("how many decimals")
            }
            .or_nothing(),
        ],
        gives: Gives::Text,
        run: Run::Value(number::number),
    },
    Helper {
        name: "or",
        arguments: &[TEST, TEST],
        gives: Gives::Bool,
        run: Run::Value(logic::or),
    },
    Helper {
        name: "paragraphs",
        arguments: &[
            Argument::value("a text", &[Kind::Text]),
            Argument {
                accepts: Accepts::Tag,
                ..Argument::anything("the tag of a paragraph")
            }
            .or_nothing(),
        ],
        gives: Gives::Markup,
        run: Run::Block(paragraphs::paragraphs),
    },
    Helper {
        name: "plural",
        arguments: &[
            Argument::value("a number", &[Kind::Number]),
            Argument::value("the word for one", &[Kind::Text]),
            Argument::value("the word for all others", &[Kind::Text]),
        ],
        gives: Gives::Text,
        run: Run::Value(number::plural),
    },
    Helper {
        name: "reached",
        arguments: &[Argument::value(
            "a date or a moment",
            &[Kind::Date, Kind::DateTime],
        )],
        gives: Gives::Bool,
        run: Run::Value(date::reached),
    },
    Helper {
        name: "unless",
        arguments: &[TEST],
        gives: Gives::Block,
        run: Run::Block(block::unless),
    },
    Helper {
        name: "url",
        arguments: &[
            Argument::value(
                "a value",
                &[Kind::Text, Kind::Number, Kind::Date, Kind::DateTime],
            ),
            Argument::word("what of a URL it is", url::PLACES).or_nothing(),
        ],
        gives: Gives::Text,
        run: Run::Value(url::url),
    },
    Helper {
        name: "with",
        arguments: &[Argument {
            accepts: Accepts::Group,
            ..Argument::anything("a group of values")
        }],
        gives: Gives::Block,
        run: Run::Block(block::with),
    },
];

/// Something that holds or does not.
const TEST: Argument = Argument::anything("a value").may_be_absent();
