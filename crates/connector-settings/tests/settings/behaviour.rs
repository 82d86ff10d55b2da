//! What is the same over every engine.

/// The same claims over one engine: `$start` gives what is to be kept as long as the test, and the configuration.
macro_rules! over {
    ($engine:ident, $start:expr) => {
        mod $engine {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn the_suite_of_every_connector_passes() {
                let (_server, config) = $start.await;
                crate::suite::passes(config, &["the-secret"]).await;
            }
        }
    };
}

over!(memory, async { ((), bellhop_connector_settings::Config::at("memory:")) });
