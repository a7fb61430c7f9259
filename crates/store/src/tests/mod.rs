//! The store's promises, each as a test over a temporary data folder.

mod crashes;
mod fixture;
mod forgetting;
mod importing;
mod reading;
mod refreshing;
