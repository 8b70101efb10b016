//! User agents: whatever a client sends, looking at it doesn't panic or hang, and case makes no
//! difference.

#![no_main]

use libfuzzer_sys::fuzz_target;
use visitor_counter::is_crawler;

fuzz_target!(|agent: &str| {
    assert_eq!(is_crawler(agent), is_crawler(&agent.to_ascii_uppercase()));
});
