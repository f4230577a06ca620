/** Errors and pages of lists in the shape that OpenAI's clients expect. */
@NullMarked
package dev.loramill.ingest.openai;

import org.jspecify.annotations.NullMarked;
