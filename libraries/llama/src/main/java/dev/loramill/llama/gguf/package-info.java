/** The GGUF file format: bounded reading over a mapped file, writing, and validation. */
@NullMarked
package dev.loramill.llama.gguf;

import org.jspecify.annotations.NullMarked;
