//! Lifeboat: emergency webmail for mail hosters.
//!
//! See `ARCHITECTURE.md` for the map of the house.

pub mod admin;
pub mod agent;
pub mod announce;
pub mod api;
pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod crash;
pub mod detect;
pub mod doveadm;
pub mod drill;
pub mod failover;
pub mod hold;
pub mod ids;
pub mod imap;
pub mod lmtp_client;
pub mod mail;
pub mod maildir;
pub mod merge;
pub mod merge_plan;
pub mod metrics;
pub mod net;
pub mod nfs;
pub mod panics;
pub mod postfix;
pub mod provision;
pub mod receive;
pub mod route;
pub mod route_agent;
pub mod schedule;
pub mod send;
pub mod service;
pub mod store;
pub mod watermark;
pub mod web;
