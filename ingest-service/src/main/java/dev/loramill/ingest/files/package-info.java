/** Uploaded files: inspected, stored by digest, listed as OpenAI lists them. */
@NullMarked
package dev.loramill.ingest.files;

import org.jspecify.annotations.NullMarked;
