//! Events of API Gateway: whatever a client puts into one, the parser doesn't panic or hang.

#![no_main]

use libfuzzer_sys::fuzz_target;
use visitor_counter::Event;

fuzz_target!(|json: &[u8]| {
    let _ = serde_json::from_slice::<Event>(json);
});
