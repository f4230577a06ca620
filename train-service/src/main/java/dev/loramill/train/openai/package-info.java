/** The shapes of OpenAI's fine-tuning API: requests, answers, pages and errors. */
@NullMarked
package dev.loramill.train.openai;

import org.jspecify.annotations.NullMarked;
