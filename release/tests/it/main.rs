//! What a release may say, and what is answered when it says something else.

mod folder;
mod good;
