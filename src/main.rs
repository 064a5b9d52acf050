//! The `lifeboat` program.

fn main() {}
