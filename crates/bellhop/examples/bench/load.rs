use std::io::Write;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::process::Process;

/// Connections that wrk keeps busy.
pub(crate) const CONNECTIONS: usize = 16;

/// One HTTP request, made over and over.
pub(crate) struct Load {
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<String>,
}

/// What a load gave.
pub(crate) struct Result {
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// Processor time of the server for one request, in user and kernel mode.
    pub(crate) cpu_us: f64,
}

impl Load {
    pub(crate) fn get(url: &str) -> Self {
        Self { url: url.to_owned(), headers: Vec::new(), body: None }
    }

    /// Makes the request once.
    pub(crate) async fn once(&self) -> String {
        // Made once: what a client costs to make is no part of what is measured.
        static HTTP: OnceLock<reqwest::Client> = OnceLock::new();
        let http = HTTP.get_or_init(reqwest::Client::new);
        let mut request = match &self.body {
            Some(body) => http.post(&self.url).body(body.clone()),
            None => http.get(&self.url),
        };
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.send().await.expect("the server answers").text().await.expect("a body")
    }

    /// Runs wrk and reads the server's processor time before and after.
    pub(crate) fn run(&self, server: &Process, time: Duration) -> Result {
        let mut script = tempfile::NamedTempFile::new().expect("a temporary file");
        script.write_all(self.script().as_bytes()).expect("the script can be written");
        let before = server.cpu_us();
        let output = Command::new("wrk")
            .args(["-t1", &format!("-c{CONNECTIONS}"), &format!("-d{}s", time.as_secs()), "-s"])
            .arg(script.path())
            .arg(&self.url)
            .output()
            .expect("wrk runs");
        let used = server.cpu_us() - before;
        let said = String::from_utf8_lossy(&output.stdout);
        let line =
            said.lines().find_map(|line| line.strip_prefix("result ")).unwrap_or_else(|| panic!("wrk said {said}"));
        let numbers: Vec<f64> = line.split(' ').map(|word| word.parse().expect("a number")).collect();
        let [requests, duration_us, p50_us, p99_us, errors] = numbers.as_slice() else { panic!("wrk said {line}") };
        assert!(*errors == 0.0, "{errors} requests failed: {said}");
        Result {
            per_second: requests / duration_us * 1e6,
            p50_ms: p50_us / 1e3,
            p99_ms: p99_us / 1e3,
            cpu_us: used / requests,
        }
    }

    fn script(&self) -> String {
        let quoted = |text: &str| format!("{text:?}");
        let mut script = String::new();
        if let Some(body) = &self.body {
            script += &format!("wrk.method = \"POST\"\nwrk.body = [==[{body}]==]\n");
        }
        for (name, value) in &self.headers {
            script += &format!("wrk.headers[{}] = {}\n", quoted(name), quoted(value));
        }
        script
            + "function done(summary, latency)\n  local e = summary.errors\n  io.write(string.format(\"result %d %d %d %d \
               %d\\n\", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), e.connect + \
               e.read + e.write + e.status + e.timeout))\nend\n"
    }
}

impl Result {
    /// The median of each figure.
    pub(crate) fn median(all: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| {
            let mut figures: Vec<f64> = all.iter().map(figure).collect();
            figures.sort_by(f64::total_cmp);
            figures[figures.len() / 2]
        };
        Self {
            per_second: of(|it| it.per_second),
            p50_ms: of(|it| it.p50_ms),
            p99_ms: of(|it| it.p99_ms),
            cpu_us: of(|it| it.cpu_us),
        }
    }
}
