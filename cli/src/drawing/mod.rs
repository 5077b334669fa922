//! Draws a journey: as a picture to hang on the wall, and as Mermaid for pull requests.
//!
//! Both are made from the plan: what is drawn is what runs.

mod block;
mod layout;
mod meeting;
mod mermaid;
mod phrases;
mod route;
mod shape;
mod svg;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use mermaid::mermaid;
pub(crate) use svg::svg;
