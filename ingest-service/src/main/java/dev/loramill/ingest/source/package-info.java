/** Reads bytes from anywhere as numbered lines of UTF-8, unpacking gzip within limits. */
@NullMarked
package dev.loramill.ingest.source;

import org.jspecify.annotations.NullMarked;
