//! What can go wrong outside the mathematics.
use std::fmt;

#[derive(Debug)]
pub enum Error {
    /// Input that no honest caller sends: wrong length, value out of range, bytes that are no point.
    Invalid(String),
    /// The relation does not hold for this witness, so there is nothing to prove.
    Unsatisfied(String),
    /// The caller asked to stop.
    Cancelled,
    Io(std::io::Error),
}

pub type Result<T> = std::result::Result<T, Error>;

/// Hears the share of work done, between 0 and 1, and stops it by an error.
pub type Progress<'a> = &'a dyn Fn(f64) -> Result<()>;

/// For work that nobody watches.
pub const UNWATCHED: Progress<'static> = &|_| Ok(());

impl Error {
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(message) | Self::Unsatisfied(message) => f.write_str(message),
            Self::Cancelled => f.write_str("cancelled"),
            Self::Io(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
