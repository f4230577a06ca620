/** Errors in the shape that clients of the OpenAI API expect. */
@NullMarked
package dev.loramill.serve.openai;

import org.jspecify.annotations.NullMarked;
