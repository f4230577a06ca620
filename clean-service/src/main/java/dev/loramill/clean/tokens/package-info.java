/** Token lengths of rows, counted with a base's own tokenizer and chat template. */
@NullMarked
package dev.loramill.clean.tokens;

import org.jspecify.annotations.NullMarked;
