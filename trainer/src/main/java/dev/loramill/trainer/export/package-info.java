/** The finished adapter as files: GGUF for llama.cpp, PEFT's folder for everyone else. */
@NullMarked
package dev.loramill.trainer.export;

import org.jspecify.annotations.NullMarked;
