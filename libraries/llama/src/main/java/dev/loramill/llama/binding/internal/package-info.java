/** The C functions and struct layouts of each pinned llama.cpp build; not for callers. */
@NullMarked
package dev.loramill.llama.binding.internal;

import org.jspecify.annotations.NullMarked;
