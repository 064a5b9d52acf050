//! The console: states and overrides, for operators and for resellers.

pub mod views;
