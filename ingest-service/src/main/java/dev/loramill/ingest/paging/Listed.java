package dev.loramill.ingest.paging;

import java.time.Instant;

/** An entity that is listed in the order in which it was made; its attributes have these names. */
public interface Listed {
    /** Its id, which decides among those that were made at one time. */
    String id();

    /** When it was made. */
    Instant createdAt();
}
