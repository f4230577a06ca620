/** Files that appear whole or not at all, and tensors in the safetensors format. */
@NullMarked
package dev.loramill.trainer.storage;

import org.jspecify.annotations.NullMarked;
