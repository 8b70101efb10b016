//! `ALLOWED_ORIGINS`: a parsed value stays the same if it is printed and parsed again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use visitor_counter::AllowedOrigins;

fuzz_target!(|text: &str| {
    if let Ok(origins) = text.parse::<AllowedOrigins>() {
        assert_eq!(origins.to_string().parse(), Ok(origins));
    }
});
