use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use ring::digest::{Context, SHA256};

/// Most bytes of a file.
const MAX_BYTES: u64 = 1024 * 1024;

type Build<T> = Box<dyn Fn(&[PathBuf], &[Vec<u8>]) -> Result<T, String> + Send + Sync>;

/// A value made from files, and made again when their content changes.
///
/// Content is compared, not times: Kubernetes replaces mounted files by switching a symbolic link.
pub struct Watched<T> {
    /// For the log.
    what: &'static str,
    paths: Vec<PathBuf>,
    build: Build<T>,
    current: RwLock<Arc<T>>,
    /// The content, or the failure to read it, that was last tried.
    seen: Mutex<Vec<u8>>,
}

impl<T> std::fmt::Debug for Watched<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watched").field("what", &self.what).finish_non_exhaustive()
    }
}

impl<T: Send + Sync + 'static> Watched<T> {
    /// Makes the value. `what` names it in the log.
    ///
    /// # Errors
    /// If a file cannot be read, and those of `build`.
    pub fn load(
        what: &'static str,
        paths: Vec<PathBuf>,
        build: impl Fn(&[PathBuf], &[Vec<u8>]) -> Result<T, String> + Send + Sync + 'static,
    ) -> Result<Arc<Self>, String> {
        let contents = read(&paths)?;
        let current = RwLock::new(Arc::new(build(&paths, &contents)?));
        let seen = Mutex::new(digest(&Ok(contents)));
        Ok(Arc::new(Self { what, paths, build: Box::new(build), current, seen }))
    }

    /// The value of the last usable content.
    pub fn current(&self) -> Arc<T> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the files have changed and are in use now.
    ///
    /// # Errors
    /// If they have changed and are unusable; the old value stays. Reported once for each content.
    pub fn reload(&self) -> Result<bool, String> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let contents = read(&self.paths);
        let digest = digest(&contents);
        if *seen == digest {
            return Ok(false);
        }
        *seen = digest;
        let new = (self.build)(&self.paths, &contents?)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        Ok(true)
    }

    /// Reloads at an interval, until `self` is dropped.
    pub fn watch(self: &Arc<Self>, every: Duration) {
        let weak = Arc::downgrade(self);
        deadline::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                let Some(watched) = weak.upgrade() else { return };
                let what = watched.what;
                // A file system may block.
                match tokio::task::spawn_blocking(move || watched.reload()).await {
                    Ok(Ok(true)) => tracing::info!(what, "reloaded after a change of its files"),
                    Ok(Err(error)) => {
                        tracing::error!(
                            what,
                            error,
                            "cannot reload; what was read before stays in use"
                        );
                    }
                    Ok(Ok(false)) | Err(_) => {}
                }
            }
        });
    }
}

fn read(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, String> {
    let read = |path: &PathBuf| {
        let wrong = |error: &dyn ToString| format!("{}: {}", path.display(), error.to_string());
        let length = std::fs::metadata(path).map_err(|error| wrong(&error))?.len();
        if length > MAX_BYTES {
            return Err(wrong(&"larger than 1 MiB"));
        }
        std::fs::read(path).map_err(|error| wrong(&error))
    };
    paths.iter().map(read).collect()
}

/// A digest instead of the content, so that a private key is not kept in memory twice.
fn digest(contents: &Result<Vec<Vec<u8>>, String>) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    match contents {
        Ok(contents) => contents.iter().for_each(|content| {
            context.update(&content.len().to_le_bytes());
            context.update(content);
        }),
        Err(error) => context.update(error.as_bytes()),
    }
    context.finish().as_ref().to_vec()
}
