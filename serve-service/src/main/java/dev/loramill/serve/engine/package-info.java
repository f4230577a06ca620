/** The base model in memory, and the decode threads that generate for many requests at once. */
@NullMarked
package dev.loramill.serve.engine;

import org.jspecify.annotations.NullMarked;
