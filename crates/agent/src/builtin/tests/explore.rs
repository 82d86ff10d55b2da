use gateway::ToolsMode;
use super::{alice, planned};
#[tokio::test]
async fn explore() {
    let (_shop, toolbox) = alice(ToolsMode::Typed).await;
    for line in std::fs::read_to_string("/tmp/agent-phrases.txt").unwrap().lines() {
        println!("> {line}\n    {:?}", planned(&toolbox, line));
    }
    let t = std::time::Instant::now();
    let long = format!("create task with title={}", "word, and other ".repeat(2000));
    let _ = planned(&toolbox, &long); println!("pairs {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let long = format!("orders where status is {}", "a ".repeat(16000));
    let _ = planned(&toolbox, &long); println!("value {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let _ = planned(&toolbox, &"'a".repeat(16000)); println!("quotes {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let _ = planned(&toolbox, &format!("orders {}", "with total and ".repeat(2000))); println!("conds {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let _ = planned(&toolbox, &format!("orders {}", "or status open ".repeat(2000))); println!("ors {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let _ = planned(&toolbox, &"as the the the ".repeat(2000)); println!("claims {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let _ = planned(&toolbox, &format!("create a note called x with {}", "word ".repeat(6000))); println!("note {:?}", t.elapsed());
}
