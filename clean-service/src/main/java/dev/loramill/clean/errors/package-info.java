/** Errors as HTTP answers in the shape of the OpenAI API. */
@NullMarked
package dev.loramill.clean.errors;

import org.jspecify.annotations.NullMarked;
