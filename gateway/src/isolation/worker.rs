//! A query process: the router of `rows` on a socket, for as long as the process that started it is there.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn;
use config::Config;
use web::Edge;

use super::caller::HandedOn;
use super::running::{Numbered, Running, numbered};
use super::{READY, STUCK};
use crate::parts::{Parts, Stores};
use crate::serve::warm_up;

/// So long a query may go on after the interrupt.
const GRACE: Duration = Duration::from_secs(1);

/// Serves on `socket` until the process that started this one is gone.
pub(crate) async fn serve(config: &Config, socket: &Path) -> anyhow::Result<()> {
    end_with_the_parent()?;
    let stores = Stores::open(config).await?;
    let Parts { catalog, engine, jobs, .. } = Parts::new(config, &stores).await?;
    let running = Running::default();
    let told = running.clone();
    let engine = engine.on_stuck(GRACE, move || end_stuck(&told));
    warm_up(&engine).await?;
    let queries = Arc::new(Numbered { queries: engine.queries(catalog.clone()), running });
    let inner = super::inner::router(queries.clone());
    let rows = Router::from(rows::router(rows::Adapters { catalog, queries, jobs })).merge(inner);
    let mut server = config.server.clone();
    // The process before this one answers pages of other origins.
    server.cors_allow_origins.clear();
    let edge = Edge::new(Arc::new(HandedOn), server, stores.temporary_dir());
    let router = web::finish(rows.layer(from_fn(numbered)), Arc::new(edge));
    startup::serve_unix(socket, router, &config.server, || Ok(say(READY)?)).await
}

/// A query goes on though it was told to stop: only the end of the process ends it.
fn end_stuck(running: &Running) {
    let late: Vec<String> = running.late().iter().map(u64::to_string).collect();
    tracing::error!(parent: None, "a query does not heed the interrupt; its process ends");
    // Without the numbers those who waited are told less.
    let _ = say(&format!("{STUCK} {}", late.join(",")));
    startup::end_now(70)
}

fn say(line: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

/// However the parent ends, this process does too: its end of the pipe closes, and Linux sends a signal.
/// What a terminal sends to both is the parent's to act on: it lets requests in flight end first.
fn end_with_the_parent() -> anyhow::Result<()> {
    // SAFETY: neither touches memory of ours.
    unsafe {
        #[cfg(target_os = "linux")]
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        libc::signal(libc::SIGINT, libc::SIG_IGN);
        libc::signal(libc::SIGTERM, libc::SIG_IGN);
    }
    // Where the machine itself runs out of memory, this process is the one to go.
    #[cfg(target_os = "linux")]
    if let Err(error) = std::fs::write("/proc/self/oom_score_adj", "1000") {
        tracing::debug!("oom_score_adj: {error}");
    }
    let wait = || {
        let mut nothing = [0; 64];
        while std::io::stdin().read(&mut nothing).is_ok_and(|read| read > 0) {}
        startup::end_now(0)
    };
    std::thread::Builder::new().name("parent".to_owned()).spawn(wait)?;
    Ok(())
}
