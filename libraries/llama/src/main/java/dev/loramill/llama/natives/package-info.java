/** Where the native llama.cpp libraries come from: a fetched build, or the class path. */
@NullMarked
package dev.loramill.llama.natives;

import org.jspecify.annotations.NullMarked;
