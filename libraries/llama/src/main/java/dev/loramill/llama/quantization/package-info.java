/**
 * Conversion between ggml's quantized blocks and floating-point numbers, bit for bit as ggml does.
 */
@NullMarked
package dev.loramill.llama.quantization;

import org.jspecify.annotations.NullMarked;
