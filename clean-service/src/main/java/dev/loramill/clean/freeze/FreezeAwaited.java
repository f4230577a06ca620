package dev.loramill.clean.freeze;

/** Signal within the service: a request to freeze was kept that is to be answered by an event. */
record FreezeAwaited(String requestDigest) {}
