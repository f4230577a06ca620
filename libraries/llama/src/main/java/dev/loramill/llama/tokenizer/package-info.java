/** Text to tokens and back, with the tokenizer inside a GGUF file. */
@NullMarked
package dev.loramill.llama.tokenizer;

import org.jspecify.annotations.NullMarked;
