mod names;
mod staged;
mod uidlists;
