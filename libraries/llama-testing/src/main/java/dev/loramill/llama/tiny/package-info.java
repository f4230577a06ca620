/** Small models and adapters made from a seed, so that tests and trials need no download. */
@NullMarked
package dev.loramill.llama.tiny;

import org.jspecify.annotations.NullMarked;
