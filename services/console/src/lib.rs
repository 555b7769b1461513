//! A read-only web page for people. A caller of the three services like any other: it has no database and
//! shows nothing that a client cannot read.

mod calls;
mod chain;
mod commands;
mod decision;
mod enums;
mod format;
mod hosts;
mod html;
mod names;
mod pages;
mod picture;
mod problem;
mod query;
mod server;
mod settings;
mod visit;
mod web;

pub use hosts::Hosts;
pub use server::{Running, start};
pub use settings::{DEFAULTS, Settings};
