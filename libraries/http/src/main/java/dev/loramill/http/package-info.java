/** What every HTTP door has in common with OpenAI's: errors, lists and the names of answers. */
@NullMarked
package dev.loramill.http;

import org.jspecify.annotations.NullMarked;
