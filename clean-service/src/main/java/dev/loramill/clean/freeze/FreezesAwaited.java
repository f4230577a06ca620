package dev.loramill.clean.freeze;

/** Signal within the service: requests to freeze were kept that are to be answered by an event. */
record FreezesAwaited() {}
