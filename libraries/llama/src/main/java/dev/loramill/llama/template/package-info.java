/**
 * Chats as a model was trained to read them: its own template, its own tokens, and the mask of what
 * the assistant says, the same for training and for serving.
 */
@NullMarked
package dev.loramill.llama.template;

import org.jspecify.annotations.NullMarked;
