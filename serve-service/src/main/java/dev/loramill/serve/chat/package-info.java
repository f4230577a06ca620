/** Chat completions: requests checked, prompts rendered, answers put together. */
@NullMarked
package dev.loramill.serve.chat;

import org.jspecify.annotations.NullMarked;
