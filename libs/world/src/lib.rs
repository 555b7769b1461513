//! A world: partners, customers, offers and orders under short aliases.

pub mod alias;
