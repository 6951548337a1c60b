//! What users rely on, tested from outside the house.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod demo;
mod giving;
mod giving_planted;
mod haringey_walking_areas;
mod house;
mod http_answers;
mod http_attack;
mod http_attack_town;
mod http_ets;
mod http_disclosure;
mod http_files;
mod http_filter;
mod http_operations;
mod http_place;
mod http_jobs;
mod http_processes;
mod http_server;
mod http_shown;
mod http_threads;
mod http_tiles;
mod http_totals;
mod laws;
mod load_examples;
mod load_faults;
mod locate;
mod plan;
mod reach;
mod reach_dirty;
mod review;
mod plan_commands;
mod small_towns;
mod support;
mod town;
mod toytown;
mod what_if;
